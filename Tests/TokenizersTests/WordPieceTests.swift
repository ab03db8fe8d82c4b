import Testing

@testable import Tokenizers

struct WordPieceTests {
  static let tokens = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused0]", "▁un", "▁u", "able", "aff", "▁a", "b", "▁[", "]", "▁#", "▁,",
    "▁世", "界", "▁界", "▁é", "e", "x",
  ]

  static func arrays() -> VocabularyArrays {
    var arrays = VocabularyArrays(tokens: tokens.map { Array($0.utf8) }, model: "bert")
    arrays.types = tokens.indices.map { $0 < 4 ? 3 : 1 }
    return arrays
  }

  static func ids(_ text: String, addSpecial: Bool = false) throws -> [UInt32] {
    try Tokenizer(arrays()).encode(Array(text.utf8), addSpecial: addSpecial, parseSpecial: false)
  }

  static func decoded(_ ids: [UInt32], skipSpecial: Bool) throws -> String {
    String(decoding: try Tokenizer(arrays()).decode(ids, skipSpecial: skipSpecial), as: UTF8.self)
  }

  @Test func arraysBecomeMarkedPieces() throws {
    let definition = try Tokenizer(Self.arrays()).definition
    let pieces = definition.pieces.map { String(decoding: $0, as: UTF8.self) }
    #expect(pieces[0...9] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused0]", "un", "u", "##able", "##aff", "a"])
    #expect(pieces[11...13] == ["[", "##]", "#"])
    #expect(definition.mergeRule == .longestMatch)
    #expect(definition.unknownID == 1)
  }

  @Test func longestPieceIsTakenFirst() throws {
    #expect(try Self.ids("unaffable") == [5, 8, 7])
    #expect(try Self.ids("UNable Ab") == [5, 7, 9, 10])
    #expect(try Self.ids("ux") == [6, 20])
  }

  @Test func wordThatCannotBeCoveredIsOneUnknown() throws {
    #expect(try Self.ids("unq unable able") == [1, 5, 7, 1])
    #expect(try Self.ids("q,q") == [1, 14, 1])
    #expect(try Self.ids("ab##b") == [9, 10, 13, 13, 1])
  }

  @Test func ideographsAndPunctuationStandAlone() throws {
    #expect(try Self.ids("a世界,a[[") == [9, 15, 17, 14, 9, 11, 11])
    #expect(try Self.ids("[unused0]") == [11, 1, 1])
  }

  @Test func specialTokensSurroundOnRequest() throws {
    #expect(try Self.ids(" a\n", addSpecial: true) == [2, 9, 3])
    #expect(try Self.ids("", addSpecial: true) == [2, 3])
    #expect(try Self.ids(" \t\u{A0}").isEmpty)
  }

  @Test func continuationsJoinAndWordsAreSpaced() throws {
    #expect(try Self.decoded([2, 5, 8, 7, 9, 14, 3], skipSpecial: true) == "unaffable a ,")
    #expect(try Self.decoded([2, 9, 10, 3], skipSpecial: false) == "[CLS] ab [SEP]")
    #expect(try Self.decoded([7, 9], skipSpecial: true) == "able a")
  }

  @Test func streamGivesTheSameText() throws {
    let tokenizer = try Tokenizer(Self.arrays())
    var decoder = TokenStreamDecoder(tokenizer, skipSpecial: true)
    var text: [UInt8] = []
    for id: UInt32 in [2, 15, 16, 9] { text += decoder.append(id) }
    #expect(String(decoding: text + decoder.finish(), as: UTF8.self) == "世界 a")
  }

  @Test func vocabularyWithoutAnUnknownTokenIsRefused() {
    var arrays = Self.arrays()
    arrays.tokens[1] = Array("[X]".utf8)
    #expect(throws: TokenizerFileError.self) { try Tokenizer(arrays) }
    arrays = Self.arrays()
    arrays.merges = []
    #expect(throws: TokenizerFileError.self) { try Tokenizer(arrays) }
  }

  @Test(.enabled(if: SharedData.isPresent)) func recordedTokensReadAsWords() throws {
    let tokenizer = try SharedVocabularies.named("bert-bge")
    #expect(tokenizer.decode([101, 11865, 17875, 999, 102], skipSpecial: true) == Array("fuhrer !".utf8))
  }
}

struct BERTUncasedTests {
  static func normalized(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    for value in NormalizationForm.bertUncased.normalized(text.unicodeScalars.map(\.value)) {
      if let scalar = Unicode.Scalar(value) { output.append(scalar) }
    }
    return String(output)
  }

  @Test func marksAndCaseVanish() {
    #expect(Self.normalized("Führer ÉCOLE Ǆ İ ΑΣ") == "fuhrer ecole ǆ i ασ")
    #expect(Array(Self.normalized("각").unicodeScalars.map(\.value)) == [0x1100, 0x1161, 0x11A8])
  }

  @Test func controlsVanishAndWhiteSpaceIsSpace() {
    #expect(Self.normalized("a\u{0}b\u{FFFD}c\u{200D}d\u{7F}e\u{85}f\u{B}g\u{E000}h") == "abcdefgh")
    #expect(Self.normalized("a\tb\nc\rd\u{A0}e\u{3000}f\u{2028}g") == "a b c d e f g")
  }
}

struct WordPieceAttackTests {
  @Test func endlessWordIsUnknown() throws {
    for letter in ["u", "a", "é", "\u{903}"] {
      #expect(try WordPieceTests.ids(String(repeating: letter, count: 100_000)) == [1])
    }
  }

  @Test func wordOfAHundredScalarsIsTheLongest() throws {
    let rest = String(repeating: "b", count: 99)
    #expect(try WordPieceTests.ids("a" + rest) == [9] + [UInt32](repeating: 10, count: 99))
    #expect(try WordPieceTests.ids("a" + rest + "b") == [1])
    #expect(try WordPieceTests.ids("a" + rest + "\u{301}") == [9] + [UInt32](repeating: 10, count: 99))
  }

  @Test func manyWordsThatAlmostFitStayLinear() throws {
    let word = "a" + String(repeating: "b", count: 98) + "q "
    #expect(try WordPieceTests.ids(String(repeating: word, count: 1_000)) == [UInt32](repeating: 1, count: 1_000))
  }

  @Test func ruleMixedWithMergesIsRefused() throws {
    let changes: [(inout TokenizerDefinition) -> Void] = [
      { $0.merges = [.init(left: 5, right: 6)] }, { $0.scores = [OrderedScore(bits: 0)] }, { $0.alphabet = .bytes },
      { $0.escapesSpaces = true }, { $0.hasByteFallback = true }, { $0.fusesUnknown = true },
      { $0.ignoresMergesForPieces = true }, { $0.spacePrefix = .everySegment },
    ]
    let definition = try Tokenizer(WordPieceTests.arrays()).definition
    for (index, change) in changes.enumerated() {
      var changed = definition
      change(&changed)
      #expect(throws: TokenizerDefinitionError.self, "change \(index)") { try Tokenizer(changed) }
    }
  }

  @Test func wordWithoutPiecesOrUnknownIsRefused() throws {
    var definition = try Tokenizer(WordPieceTests.arrays()).definition
    definition.unknownID = nil
    #expect(throws: TokenizationError.unencodable(Array("q".utf8))) {
      try Tokenizer(definition).encode(Array("a q".utf8), addSpecial: false, parseSpecial: false)
    }
  }

  @Test func codecKeepsTheThreeValues() throws {
    let tokenizer = try Tokenizer(WordPieceTests.arrays())
    let bytes = tokenizer.encoded()
    #expect(bytes[4...9] == [0, 3, 5, 8, 0, 0xC0])
    #expect(try Tokenizer(decoding: bytes) == tokenizer)
    #expect(try Tokenizer(decoding: bytes).encoded() == bytes)
    for count in 0..<bytes.count {
      #expect(throws: TokenizerDecodingError.self) { try Tokenizer(decoding: Array(bytes.prefix(count))) }
    }
  }
}
