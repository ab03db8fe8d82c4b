import StrictJSON

extension Tokenizer {
  /// Reads a Hugging Face `tokenizer.json` whose model is BPE or WordPiece.
  /// - Parameters:
  ///   - bytes: the file.
  ///   - configuration: `tokenizer_config.json`, which names the special tokens and holds the chat template.
  /// - Throws: `unsupported` or `unknownPreTokenizer` for anything this implementation would do differently;
  ///   the decoder's settings are not read, since the pieces decide them.
  package init(
    huggingFace bytes: [UInt8], configuration: [UInt8]? = nil
  ) throws(TokenizerFileError) {
    var reader = HuggingFaceReader(root: try Self.json(bytes))
    var definition = try reader.definition()
    if let configuration {
      let root = try Self.json(configuration)
      try HuggingFaceConfiguration(root: root, definition: definition).apply(to: &definition)
    }
    try self.init(reading: definition)
  }

  private static func json(_ bytes: [UInt8]) throws(TokenizerFileError) -> JSON {
    do {
      return try JSON.parse(bytes)
    } catch {
      throw .json(error)
    }
  }
}

/// Gathers a definition from the members of `tokenizer.json`.
struct HuggingFaceReader {
  let root: JSON
  private var gathered = TokenizerDefinition()

  init(root: JSON) {
    self.root = root
  }

  mutating func definition() throws(TokenizerFileError) -> TokenizerDefinition {
    guard let model = root["model"], model.object != nil else { throw .invalidMember("model") }
    if model["type"]?.string.map({ $0.utf8.elementsEqual("WordPiece".utf8) }) ?? false {
      return try wordPieceDefinition(model)
    }
    try checkModel(model)
    try HuggingFaceNormalizer.apply(root["normalizer"] ?? .null, to: &gathered)
    try HuggingFacePreTokenizer.apply(root["pre_tokenizer"] ?? .null, to: &gathered)
    gathered.mergeRule = .listedPairs
    gathered.hasByteFallback = model["byte_fallback"]?.bool ?? false
    gathered.fusesUnknown = gathered.alphabet == .scalars && model["fuse_unk"]?.bool ?? false
    gathered.ignoresMergesForPieces = model["ignore_merges"]?.bool ?? false
    try readVocabulary(model)
    try readMerges(model)
    try readAddedTokens()
    try HuggingFacePostProcessor.apply(root["post_processor"] ?? .null, to: &gathered)
    return gathered
  }

  private mutating func wordPieceDefinition(_ model: JSON) throws(TokenizerFileError) -> TokenizerDefinition {
    try WordPieceModel.check(model)
    try HuggingFaceNormalizer.apply(root["normalizer"] ?? .null, to: &gathered)
    try HuggingFacePreTokenizer.apply(root["pre_tokenizer"] ?? .null, to: &gathered)
    gathered.mergeRule = .longestMatch
    try WordPieceModel.checkText(gathered)
    try readVocabulary(model)
    guard gathered.unknownID != nil else { throw .invalidMember("model.unk_token") }
    try readAddedTokens()
    try HuggingFacePostProcessor.apply(root["post_processor"] ?? .null, to: &gathered)
    return gathered
  }

  private func checkModel(_ model: JSON) throws(TokenizerFileError) {
    let type = model["type"]?.string ?? "BPE"
    guard type.utf8.elementsEqual("BPE".utf8) else { throw .unsupported("model type \(type)") }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = model[name]?.string, !text.utf8.isEmpty { throw .unsupported("model.\(name)") }
    }
    if let dropout = model["dropout"], !dropout.isNull, dropout.integer != 0 { throw .unsupported("model.dropout") }
  }

  /// Fills pieces and kinds; identifiers that nothing names become unused, empty pieces.
  private mutating func readVocabulary(_ model: JSON) throws(TokenizerFileError) {
    guard let members = model["vocab"]?.object?.members else { throw .invalidMember("model.vocab") }
    var entries: [(id: Int, name: [UInt8])] = []
    entries.reserveCapacity(members.count)
    for member in members {
      entries.append((try Self.identifier(member.value, "model.vocab"), Array(member.name.utf8)))
    }
    let count = (entries.map(\.id).max() ?? -1) + 1
    gathered.pieces = [[UInt8]](repeating: [], count: count)
    gathered.kinds = [TokenKind](repeating: .unused, count: count)
    for (id, name) in entries {
      guard gathered.kinds[id] == .unused else { throw .malformed("two pieces with one identifier", offset: id) }
      let isByte = gathered.hasByteFallback && BytePieceName.byte(of: name) != nil
      gathered.kinds[id] = isByte ? .byte : .normal
      gathered.pieces[id] = gathered.alphabet == .bytes ? ByteLevelAlphabet.bytes(of: name[...]) ?? name : name
    }
    if let unknown = model["unk_token"]?.string {
      let name = Array(unknown.utf8)
      gathered.unknownID = entries.first { $0.name == name }.map { UInt32($0.id) }
    }
  }

  private mutating func readMerges(_ model: JSON) throws(TokenizerFileError) {
    guard let merges = model["merges"]?.array else { throw .invalidMember("model.merges") }
    let reader = MergeListReader(gathered)
    gathered.merges.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      var (left, right) = try Self.mergeParts(merge, index: rank)
      if gathered.alphabet == .bytes {
        guard let leftBytes = ByteLevelAlphabet.bytes(of: left), let rightBytes = ByteLevelAlphabet.bytes(of: right)
        else { throw .invalidMerge(index: rank) }
        (left, right) = (leftBytes[...], rightBytes[...])
      }
      gathered.merges.append(try reader.merge(left, right, index: rank))
    }
  }

  /// A merge is written `"left right"` or `["left", "right"]`.
  private static func mergeParts(
    _ merge: JSON, index: Int
  ) throws(TokenizerFileError) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
    if let text = merge.string { return try MergeListReader.parts(Array(text.utf8), index: index) }
    guard let pair = merge.array, pair.count == 2, let left = pair[0].string, let right = pair[1].string else {
      throw .invalidMerge(index: index)
    }
    return (Array(left.utf8)[...], Array(right.utf8)[...])
  }

  private mutating func readAddedTokens() throws(TokenizerFileError) {
    let list = root["added_tokens"]?.array ?? []
    for token in list {
      guard let text = token["content"]?.string, let idValue = token["id"] else { throw .invalidMember("added_tokens") }
      let id = try Self.identifier(idValue, "added_tokens")
      guard token["single_word"]?.bool != true else { throw .unsupported("added_tokens.single_word") }
      let isSpecial = token["special"]?.bool ?? false
      try place(Array(text.utf8), id: id, isSpecial: isSpecial)
      let isNormalized = gathered.normalization != nil && token["normalized"]?.bool ?? !isSpecial
      gathered.addedTokens.append(
        AddedToken(
          id: UInt32(id), isSpecial: isSpecial, stripsLeft: token["lstrip"]?.bool ?? false,
          stripsRight: token["rstrip"]?.bool ?? false, isNormalized: isNormalized))
    }
    gathered.addedTokens.sort { $0.id < $1.id }
  }

  /// Puts an added token at its identifier. One that the model's vocabulary holds too stays mergeable unless special.
  private mutating func place(_ content: [UInt8], id: Int, isSpecial: Bool) throws(TokenizerFileError) {
    while gathered.pieces.count <= id {
      gathered.pieces.append([])
      gathered.kinds.append(.unused)
    }
    if gathered.kinds[id] == .normal, gathered.alphabet == .scalars, gathered.pieces[id] != content {
      throw .malformed("an added token with another piece's identifier", offset: id)
    }
    if gathered.unknownID == UInt32(id) {
      gathered.kinds[id] = .unknown
    } else if isSpecial {
      gathered.kinds[id] = .control
    } else if gathered.kinds[id] != .normal {
      gathered.kinds[id] = .userDefined
    }
    gathered.pieces[id] = content
  }

  private static func identifier(_ value: JSON, _ what: String) throws(TokenizerFileError) -> Int {
    guard let id = value.integer, id >= 0 else { throw .invalidMember(what) }
    guard id < TokenizerDefinition.Limits.pieces else {
      throw .overLimit(what, limit: TokenizerDefinition.Limits.pieces, actual: id)
    }
    return id
  }
}
