import StrictJSON

/// The pre-tokeniser of `tokenizer.json`: recognises the published expressions and refuses all others.
enum HuggingFacePreTokenizer {
  static func apply(_ value: JSON, to definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    var steps: [[UInt8]] = []
    for step in try HuggingFaceSteps.flattened(value, member: "pretokenizers") {
      guard definition.alphabet == .scalars, ![.metaspace, .bert].contains(definition.preTokenizer) else {
        throw .unsupported("pre_tokenizer steps after the last")
      }
      switch step["type"]?.string {
      case "Split": steps.append(try expression(of: step))
      case "Digits":
        guard step["individual_digits"]?.bool == true else { throw .unsupported("pre_tokenizer Digits in groups") }
        steps.append(Array("Digits".utf8))
      case "ByteLevel":
        try applyByteLevel(step, isAlone: steps.isEmpty, to: &definition)
        if step["use_regex"]?.bool ?? true { steps.append(PublishedExpression.gpt2) }
      case "Metaspace":
        guard steps.isEmpty else { throw .unsupported("pre_tokenizer Metaspace after other steps") }
        try applyMetaspace(step, to: &definition)
      case "BertPreTokenizer":
        guard steps.isEmpty else { throw .unsupported("pre_tokenizer BertPreTokenizer after other steps") }
        definition.preTokenizer = .bert
      case let type: throw .unknownPreTokenizer(type ?? "without a type")
      }
    }
    guard !steps.isEmpty else { return }
    guard definition.alphabet == .bytes else { throw .unsupported("pre_tokenizer Split without ByteLevel") }
    guard let known = PublishedExpression.table.first(where: { $0.steps == steps }) else {
      throw .unknownPreTokenizer(steps.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " then "))
    }
    definition.preTokenizer = known.preTokenizer
  }

  private static func applyByteLevel(
    _ step: JSON, isAlone: Bool, to definition: inout TokenizerDefinition
  ) throws(TokenizerFileError) {
    guard !definition.escapesSpaces else { throw .unsupported("pre_tokenizer ByteLevel on escaped spaces") }
    definition.alphabet = .bytes
    guard step["add_prefix_space"]?.bool ?? true else { return }
    guard isAlone else { throw .unsupported("pre_tokenizer ByteLevel.add_prefix_space after other steps") }
    definition.spacePrefix = .everySegment
    definition.omitsPresentPrefix = true
  }

  private static func applyMetaspace(
    _ step: JSON, to definition: inout TokenizerDefinition
  ) throws(TokenizerFileError) {
    guard step["replacement"]?.string == "\u{2581}" else { throw .unsupported("pre_tokenizer Metaspace.replacement") }
    guard definition.spacePrefix == .never else { throw .unsupported("pre_tokenizer Metaspace after Prepend") }
    definition.escapesSpaces = true
    definition.preTokenizer = step["split"]?.bool ?? true ? .metaspace : .none
    let scheme = step["prepend_scheme"]?.string ?? (step["add_prefix_space"]?.bool ?? true ? "always" : "never")
    switch scheme {
    case "always": definition.spacePrefix = .everySegment
    case "first": definition.spacePrefix = .firstSegment
    case "never": definition.spacePrefix = .never
    default: throw .unsupported("pre_tokenizer Metaspace.prepend_scheme \(scheme)")
    }
    definition.omitsPresentPrefix = definition.spacePrefix != .never
  }

  /// The expression of a `Split`, with line breaks written as escapes.
  private static func expression(of step: JSON) throws(TokenizerFileError) -> [UInt8] {
    guard let regex = step["pattern"]?["Regex"]?.string else {
      throw .unknownPreTokenizer(step["pattern"]?["String"]?.string ?? "Split without a pattern")
    }
    let isInverted = step["invert"]?.bool ?? false
    let text = Array(regex.utf8).flatMap { byte -> [UInt8] in
      byte == 0x0A ? Array(#"\n"#.utf8) : byte == 0x0D ? Array(#"\r"#.utf8) : [byte]
    }
    // Where an expression matches every text wholly, keeping only the matches keeps everything.
    let keepsMatches = step["behavior"]?.string == "Removed" && isInverted && PublishedExpression.total.contains(text)
    guard keepsMatches || (step["behavior"]?.string == "Isolated" && !isInverted) else {
      throw .unsupported("pre_tokenizer Split.behavior")
    }
    return text
  }
}

/// The regular expressions that models are published with, and the scanner of each.
enum PublishedExpression {
  static let gpt2 = Array(#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#.utf8)
  static let llama3 = afterContractions(#"\p{N}{1,3}"#)
  static let qwen2 = afterContractions(#"\p{N}"#)

  /// Those that leave no scalar of any text unmatched.
  static let total = [gpt2, llama3, qwen2]

  static let table: [(steps: [[UInt8]], preTokenizer: PreTokenizer)] = [
    ([gpt2], .gpt2), ([llama3], .llama3), ([qwen2], .qwen2),
    ([Array("Digits".utf8), gpt2], .starCoder),
    (
      [
        Array(#"[\r\n]"#.utf8),
        Array(#"\s?["#.utf8) + ScalarRanges.deepSeekLetters.classText + Array("]+".utf8),
        Array("\\s?[!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}]+".utf8),
        Array(#"\s+$"#.utf8),
        Array("[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+".utf8),
        Array("Digits".utf8),
      ], .deepSeekLLM
    ),
    (
      [
        Array(#"\p{N}{1,3}"#.utf8),
        Array("[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+".utf8),
        Array(
          (##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"##
            + #" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#).utf8),
      ], .deepSeekV3
    ),
  ]

  private static func afterContractions(_ numbers: String) -> [UInt8] {
    Array(
      (#"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#).utf8)
  }
}
