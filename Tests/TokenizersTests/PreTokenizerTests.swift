import Testing

@testable import Tokenizers

struct PreTokenizerTests {
  static func words(_ preTokenizer: PreTokenizer, _ text: String) -> [String] {
    let scalars = text.unicodeScalars.map(\.value)
    var start = 0
    return preTokenizer.wordEnds(in: scalars).map { end in
      defer { start = end }
      var word = String.UnicodeScalarView()
      for value in scalars[start..<end] { word.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
      return String(word)
    }
  }

  @Test func gpt2() {
    #expect(
      Self.words(.gpt2, "I'll pay $30,  don't  ") == ["I", "'ll", " pay", " $", "30", ",", " ", " don", "'t", "  "])
    #expect(Self.words(.gpt2, "I'LL") == ["I", "'", "LL"])
    #expect(Self.words(.gpt2, "a\n\n b") == ["a", "\n\n", " b"])
    #expect(Self.words(.gpt2, "").isEmpty)
  }

  @Test func llama3() {
    #expect(Self.words(.llama3, "I'LL pay 12345\n\n x") == ["I", "'LL", " pay", " ", "123", "45", "\n\n", " x"])
    #expect(Self.words(.llama3, "(abc) !!\n\nq") == ["(abc", ")", " !!\n\n", "q"])
    #expect(Self.words(.llama3, "it'\u{17F}") == ["it", "'\u{17F}"])
  }

  @Test func qwen2() {
    #expect(Self.words(.qwen2, "x 12345") == ["x", " ", "1", "2", "3", "4", "5"])
  }

  @Test func starCoder() {
    #expect(Self.words(.starCoder, "ab 12 cd") == ["ab", " ", "1", "2", " cd"])
  }

  @Test func metaspace() {
    #expect(Self.words(.metaspace, "▁Hello▁▁world") == ["▁Hello", "▁", "▁world"])
  }

  @Test func deepSeekLLM() {
    #expect(Self.words(.deepSeekLLM, "Hi there, 世界12\n ") == ["Hi", " there", ",", " ", "世界", "1", "2", "\n", " "])
  }

  @Test func deepSeekV3() {
    #expect(
      Self.words(.deepSeekV3, "don't 1234 日本 \u{1}x\u{2}") == [
        "don", "'t", " ", "123", "4", " ", "日本", " ", "\u{1}x", "\u{2}",
      ])
  }

  @Test(arguments: PreTokenizer.allCases)
  func wordsCoverEveryText(preTokenizer: PreTokenizer) {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<500 {
      let scalars = RandomText.scalars(count: 60, using: &generator)
      let ends = preTokenizer.wordEnds(in: scalars)
      #expect(ends.last ?? 0 == scalars.count)
      #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  /// Inputs that make a backtracking scanner take quadratic time.
  @Test(arguments: PreTokenizer.allCases)
  func longRunsStayLinear(preTokenizer: PreTokenizer) {
    for unit: [UInt32] in [
      [0x20], [0x0A], [0x20, 0x0A], [0x61], [0x31], [0x21], [0x300], [0x4E00], [0x27, 0x73], [1],
    ] {
      let scalars = (0..<200_000).map { unit[$0 % unit.count] } + [0x78]
      #expect(preTokenizer.wordEnds(in: scalars).last == scalars.count)
    }
  }
}

/// The scanners against the expressions themselves, run by the language's own engine.
struct PreTokenizerOracleTests {
  /// Scalars whose classes are old enough for every Unicode version, dense in the interesting cases. U+017F is
  /// left out: the language's engine does not fold it to s, the engines that the expressions are written for do.
  static let alphabet = Array(
    "aZésStTrRvVeEmMlLdD'''  \t\n\r\u{A0}\u{3000}019½٣Ⅷ.,!?$+#(«_世あ한\u{301}\u{903}\u{200B}\u{1F600}\u{1}ǅª"
      .unicodeScalars)

  static func text(using generator: inout SeededGenerator) -> String {
    var view = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...24, using: &generator) {
      view.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
    }
    return String(view)
  }

  static func matches(_ expression: Regex<AnyRegexOutput>, _ text: String) -> [String] {
    text.matches(of: expression).map { String(text[$0.range]) }
  }

  @Test(arguments: [
    (PreTokenizer.gpt2, PublishedExpression.gpt2), (.llama3, PublishedExpression.llama3),
    (.qwen2, PublishedExpression.qwen2),
  ])
  func agreesWithTheExpression(preTokenizer: PreTokenizer, expression: [UInt8]) throws {
    let regex = try Regex(String(decoding: expression, as: UTF8.self)).matchingSemantics(.unicodeScalar)
    var generator = SeededGenerator(seed: 42)
    for _ in 0..<600 {
      let text = Self.text(using: &generator)
      let (actual, expected) = (PreTokenizerTests.words(preTokenizer, text), Self.matches(regex, text))
      #expect(actual.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(text.debugDescription)")
    }
  }

  /// A sequence of isolating splits, applied literally.
  @Test(arguments: [PreTokenizer.deepSeekLLM, .deepSeekV3])
  func agreesWithTheSequence(preTokenizer: PreTokenizer) throws {
    let steps = try #require(PublishedExpression.table.first { $0.preTokenizer == preTokenizer }).steps
    let expressions = try steps.map { step in
      let text = Self.escaped(String(decoding: step, as: UTF8.self))
      return try Regex(text == "Digits" ? #"\p{N}"# : text).matchingSemantics(.unicodeScalar)
    }
    var generator = SeededGenerator(seed: 43)
    for _ in 0..<200 {
      let text = Self.text(using: &generator)
      var expected = text.isEmpty ? [] : [text]
      for expression in expressions { expected = expected.flatMap { Self.isolated(expression, $0) } }
      let actual = PreTokenizerTests.words(preTokenizer, text)
      #expect(actual.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(text.debugDescription)")
    }
  }

  /// The language's engine takes no bound of a range that normalisation would change; none is in the alphabet, so
  /// the ranges may end beside them.
  static func escaped(_ expression: String) -> String {
    let neighbours: [UInt32: UInt32] = [0x1F7D: 0x1F7C, 0x1FD3: 0x1FD2, 0x1FDB: 0x1FDA, 0x212A: 0x212C]
    return expression.unicodeScalars.map { scalar in
      scalar.isASCII ? String(scalar) : "\\u{\(String(neighbours[scalar.value] ?? scalar.value, radix: 16))}"
    }.joined()
  }

  static func isolated(_ expression: Regex<AnyRegexOutput>, _ text: String) -> [String] {
    var parts: [String] = []
    var start = text.startIndex
    for match in text.matches(of: expression) {
      if start < match.range.lowerBound { parts.append(String(text[start..<match.range.lowerBound])) }
      parts.append(String(text[match.range]))
      start = match.range.upperBound
    }
    if start < text.endIndex { parts.append(String(text[start...])) }
    return parts
  }
}
