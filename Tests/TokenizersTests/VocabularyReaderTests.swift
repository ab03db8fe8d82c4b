import Testing

@testable import Tokenizers

struct LlamaCVocabularyTests {
  static func file(_ pieces: [(String, Float)]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt32(pieces.map { $0.0.utf8.count }.max() ?? 0))
    for (piece, score) in pieces {
      bytes.appendLittleEndian(score.bitPattern)
      bytes.appendLittleEndian(UInt32(piece.utf8.count))
      bytes += Array(piece.utf8)
    }
    return bytes
  }

  static let small: [(String, Float)] = [
    ("<unk>", 0), ("\n<s>\n", 0), ("\n</s>\n", 0), (" ", -3), ("a", -4), (" a", -1),
  ]

  @Test func smallFile() throws {
    let tokenizer = try Tokenizer(llamaC: Self.file(Self.small))
    #expect(try tokenizer.encode(Array("a a".utf8), addSpecial: true, parseSpecial: false) == [1, 5, 5])
    #expect(try tokenizer.encode(Array("<s>".utf8), addSpecial: false, parseSpecial: true) == [1])
  }

  @Test func everyTruncationIsRefusedOrShorter() {
    let file = Self.file(Self.small)
    for count in 0..<file.count {
      guard let tokenizer = try? Tokenizer(llamaC: Array(file.prefix(count))) else { continue }
      #expect(tokenizer.vocabularyCount < Self.small.count)
    }
  }

  @Test func lyingLengthIsRefused() {
    var file = Self.file(Self.small)
    file.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0x7F])
    #expect(throws: TokenizerFileError.malformed("token 0", offset: 12)) { try Tokenizer(llamaC: file) }
    #expect(throws: TokenizerFileError.invalidScore(id: 4)) {
      try Tokenizer(llamaC: Self.file(Self.small.prefix(4) + [("a", .nan)]))
    }
  }

  /// The same vocabulary in GGUF and in llama2.c's form tokenises alike.
  @Test(.enabled(if: SharedData.isPresent)) func storiesVocabulary() throws {
    let fromC = try Tokenizer(llamaC: SharedData.bytes("models/stories260K/tok512.bin"))
    let fromGGUF = try SharedVocabularies.gguf("models/stories260K/stories260K-F32.gguf")
    #expect(fromC.vocabularyCount == 512)
    var generator = SeededGenerator(seed: 6)
    let story = Array(
      "Once upon a time, there was a little girl named Lily. She loved to play outside in the park.".utf8)
    for text in [story] + (0..<200).map({ _ in RandomText.utf8(count: 40, using: &generator) }) {
      let ids = try fromC.encode(text, addSpecial: true, parseSpecial: false)
      #expect(try fromGGUF.encode(text, addSpecial: true, parseSpecial: false) == ids)
      #expect(fromC.decode(ids, skipSpecial: true) == text)
    }
  }
}

struct RankFileTests {
  static func read(_ text: String) throws -> Tokenizer { try Tokenizer(rankFile: Array(text.utf8)) }

  @Test func specialTokensFollowTheRanks() throws {
    let tokenizer = try Self.read("YQ== 0\nYg== 1\nYWI= 2\n")
    #expect(tokenizer.vocabularyCount == 3 + 256)
    #expect(tokenizer.beginningID == 3)
    #expect(try tokenizer.encode(Array("ab<|eot_id|>".utf8), addSpecial: true, parseSpecial: true) == [3, 2, 12])
  }

  @Test func malformedLinesAreRefused() {
    for text in [
      "", "\n", "YQ==", "YQ== ", "YQ== 1", "YQ== 0\nYg== 2", "YQ 0", "YQ== 0 0", "Y=== 0", "YR== 0", "Y*== 0",
      "==== 0", " 0", "YQ== -0", "YQ== 0x0", "YQ== 99999999999999999999",
    ] {
      #expect(throws: TokenizerFileError.self, "\(text)") { try Self.read(text) }
    }
  }

  @Test func base64IsStrict() {
    #expect(Base64.decoded(Array("AP/+".utf8)[...]) == [0x00, 0xFF, 0xFE])
    #expect(Base64.decoded(Array("YWI=".utf8)[...]) == [0x61, 0x62])
    #expect(Base64.decoded(Array("YWJ=".utf8)[...]) == nil)
    #expect(Base64.decoded(Array("YW=I".utf8)[...]) == nil)
  }
}

struct VocabularyArraysTests {
  static func byteLevel() -> VocabularyArrays {
    var arrays = VocabularyArrays(tokens: ["a", "b", "Ġ", "ab", "<|end|>"].map { Array($0.utf8) }, model: "gpt2")
    arrays.types = [1, 1, 1, 1, 3]
    arrays.merges = [Array("a b".utf8)]
    arrays.preTokenizer = "gpt-2"
    return arrays
  }

  @Test func anUnknownModelIsRefused() {
    for model in ["t5", "rwkv", ""] {
      let arrays = VocabularyArrays(tokens: ["a", "b"].map { Array($0.utf8) }, model: model)
      #expect(throws: TokenizerFileError.self) { try Tokenizer(arrays) }
    }
  }

  @Test func byteLevelArrays() throws {
    #expect(
      try Tokenizer(Self.byteLevel()).pieces(of: "ab b<|end|>", parseSpecial: true) == ["ab", " ", "b", "<|end|>"])
  }

  @Test func llama3FamilyBeginsTexts() throws {
    var arrays = Self.byteLevel()
    (arrays.preTokenizer, arrays.beginningID) = ("llama-bpe", 4)
    #expect(try Tokenizer(arrays).encode([0x61], addSpecial: true, parseSpecial: false) == [4, 0])
    arrays.addsBeginning = false
    #expect(try Tokenizer(arrays).encode([0x61], addSpecial: true, parseSpecial: false) == [0])
  }

  @Test func inconsistentArraysAreRefused() {
    let changes: [(inout VocabularyArrays) -> Void] = [
      { $0.types?.removeLast() }, { $0.types?[0] = 7 }, { $0.types?[0] = -1 }, { $0.merges = nil },
      { $0.merges = [Array("a".utf8)] }, { $0.merges = [Array("a  b".utf8)] }, { $0.merges = [Array("a c".utf8)] },
      { $0.merges = [Array("b a".utf8)] }, { $0.model = "bert" }, { $0.model = "llama" }, { $0.preTokenizer = nil },
      { $0.preTokenizer = "viking" }, { $0.endID = 5 }, { $0.merges = [[0xFF, 0x20, 0x61]] },
      {
        $0.model = "llama"
        $0.scores = [0]
      },
    ]
    for (index, change) in changes.enumerated() {
      var arrays = Self.byteLevel()
      change(&arrays)
      #expect(throws: TokenizerFileError.self, "change \(index)") { try Tokenizer(arrays) }
    }
  }
}
