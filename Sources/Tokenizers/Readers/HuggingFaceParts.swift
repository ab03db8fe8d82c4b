import StrictJSON

/// The normaliser of `tokenizer.json`.
enum HuggingFaceNormalizer {
  static func apply(_ value: JSON, to definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    for step in try HuggingFaceSteps.flattened(value, member: "normalizers") {
      switch step["type"]?.string {
      case "NFC": try set(.nfc, in: &definition)
      case "NFD": try set(.nfd, in: &definition)
      case "NFKC": try set(.nfkc, in: &definition)
      case "NFKD": try set(.nfkd, in: &definition)
      case "BertNormalizer":
        try WordPieceModel.checkNormalizer(step)
        try set(.bertUncased, in: &definition)
      case "Prepend":
        guard step["prepend"]?.string == "\u{2581}" else { throw .unsupported("normalizer Prepend of other text") }
        definition.spacePrefix = .everySegment
      case "Replace":
        guard step["pattern"]?["String"]?.string == " ", step["content"]?.string == "\u{2581}" else {
          throw .unsupported("normalizer Replace of other text")
        }
        definition.escapesSpaces = true
      case let type: throw .unsupported("normalizer \(type ?? "without a type")")
      }
    }
    if definition.spacePrefix != .never, !definition.escapesSpaces {
      throw .unsupported("normalizer Prepend without Replace")
    }
  }

  private static func set(
    _ form: NormalizationForm, in definition: inout TokenizerDefinition
  ) throws(TokenizerFileError) {
    guard definition.normalization == nil, definition.spacePrefix == .never, !definition.escapesSpaces else {
      throw .unsupported("normalizer \(form) after another step")
    }
    definition.normalization = form
  }
}

/// Lists of steps, which may nest.
enum HuggingFaceSteps {
  /// The steps of a component: none for null, those inside a `Sequence`, or the component itself.
  /// Recursion is bounded by the JSON parser's depth.
  static func flattened(_ value: JSON, member: String) throws(TokenizerFileError) -> [JSON] {
    if value.isNull { return [] }
    guard value["type"]?.string == "Sequence" else { return [value] }
    guard let steps = (value[member] ?? value["processors"])?.array else { throw .invalidMember(member) }
    var flat: [JSON] = []
    for step in steps { flat += try flattened(step, member: member) }
    return flat
  }
}

/// The post-processor of `tokenizer.json`: which tokens stand before and after a text.
enum HuggingFacePostProcessor {
  static func apply(_ value: JSON, to definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    for step in try HuggingFaceSteps.flattened(value, member: "processors") {
      switch step["type"]?.string {
      case "ByteLevel": continue
      case "TemplateProcessing": try applyTemplate(step, to: &definition)
      case "BertProcessing":
        (definition.addsBeginning, definition.beginningID) = (true, try bertToken("cls", of: step))
        (definition.addsEnd, definition.endID) = (true, try bertToken("sep", of: step))
      case let type: throw .unsupported("post_processor \(type ?? "without a type")")
      }
    }
  }

  /// A token as its text and its identifier.
  private static func bertToken(_ name: String, of step: JSON) throws(TokenizerFileError) -> UInt32 {
    guard let pair = step[name]?.array, pair.count == 2, let id = pair[1].integer.flatMap({ UInt32(exactly: $0) })
    else {
      throw .invalidMember("post_processor.\(name)")
    }
    return id
  }

  private static func applyTemplate(
    _ template: JSON, to definition: inout TokenizerDefinition
  ) throws(TokenizerFileError) {
    guard let items = template["single"]?.array else { throw .invalidMember("post_processor.single") }
    var isAfterText = false
    for item in items {
      if item["Sequence"] != nil {
        guard !isAfterText else { throw .unsupported("post_processor with two texts") }
        isAfterText = true
        continue
      }
      guard let name = item["SpecialToken"]?["id"]?.string,
        let ids = template["special_tokens"]?[name]?["ids"]?.array, ids.count == 1,
        let id = ids[0].integer.flatMap({ UInt32(exactly: $0) })
      else { throw .invalidMember("post_processor.special_tokens") }
      guard isAfterText ? !definition.addsEnd : !definition.addsBeginning else {
        throw .unsupported("post_processor with several tokens on one side")
      }
      if isAfterText {
        (definition.addsEnd, definition.endID) = (true, id)
      } else {
        (definition.addsBeginning, definition.beginningID) = (true, id)
      }
    }
    guard isAfterText else { throw .invalidMember("post_processor.single") }
  }
}

/// `tokenizer_config.json`.
struct HuggingFaceConfiguration {
  let root: JSON
  private let identifiers: [ByteKey: UInt32]

  /// - Parameter definition: holds the added tokens that the configuration names.
  init(root: JSON, definition: TokenizerDefinition) {
    self.root = root
    var identifiers: [ByteKey: UInt32] = [:]
    for (id, piece) in definition.pieces.enumerated().reversed() {
      identifiers[ByteKey(bytes: piece[...])] = UInt32(id)
    }
    for token in definition.addedTokens.reversed() {
      identifiers[ByteKey(bytes: definition.pieces[Int(token.id)][...])] = token.id
    }
    self.identifiers = identifiers
  }

  func apply(to definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    guard root.object != nil else { throw .invalidMember("tokenizer_config") }
    if let id = try identifier("bos_token") { definition.beginningID = id }
    if let id = try identifier("eos_token") { definition.endID = id }
    if let id = try identifier("unk_token") { definition.unknownID = id }
    if let id = try identifier("pad_token") { definition.paddingID = id }
    if let adds = root["add_bos_token"]?.bool { definition.addsBeginning = adds && definition.beginningID != nil }
    if let adds = root["add_eos_token"]?.bool { definition.addsEnd = adds && definition.endID != nil }
    definition.chatTemplate = try chatTemplate()
  }

  /// A token is named by its text, or by an object that holds it.
  private func identifier(_ member: String) throws(TokenizerFileError) -> UInt32? {
    guard let value = root[member], !value.isNull else { return nil }
    guard let text = value.string ?? value["content"]?.string else { throw .invalidMember(member) }
    guard let id = identifiers[ByteKey(bytes: Array(text.utf8)[...])] else {
      throw .malformed("\(member) is no piece", offset: 0)
    }
    return id
  }

  /// One template, or a list of named ones of which `default` counts.
  private func chatTemplate() throws(TokenizerFileError) -> [UInt8]? {
    guard let value = root["chat_template"], !value.isNull else { return nil }
    if let text = value.string { return Array(text.utf8) }
    guard let list = value.array else { throw .invalidMember("chat_template") }
    let named = list.first { $0["name"]?.string == "default" }
    return named?["template"]?.string.map { Array($0.utf8) }
  }
}
