import Testing

@testable import Tokenizers

struct HostileTextTests {
  static let invalid: [([UInt8], Int)] = [
    ([0xFF], 0), ([0x61, 0x80], 1), ([0x61, 0xC3], 1), ([0xC0, 0x80], 0), ([0xED, 0xA0, 0x80], 0),
    ([0x61, 0x62, 0xF4, 0x90, 0x80, 0x80], 2), ([0xE2, 0x82, 0x61], 0), ([0xF0, 0x9F, 0x98], 0),
    ([0xE0, 0x80, 0x80], 0),
  ]

  @Test func invalidUTF8IsRefusedWithItsPlace() throws {
    for tokenizer in [try SmallVocabulary.byteLevel(merges: []), try SmallVocabulary.scores([("a", -1)])] {
      for (bytes, offset) in Self.invalid {
        #expect(throws: TokenizationError.invalidUTF8(offset: offset)) {
          try tokenizer.encode(bytes, addSpecial: true, parseSpecial: true)
        }
      }
    }
  }

  @Test func byteWithoutAPieceIsRefused() throws {
    var definition = TokenizerDefinition()
    definition.alphabet = .bytes
    definition.mergeRule = .lowestIdentifier
    definition.pieces = [[0x61]]
    definition.kinds = [.normal]
    #expect(throws: TokenizationError.unencodable([0x62])) {
      try Tokenizer(definition).encode(Array("ab".utf8), addSpecial: false, parseSpecial: false)
    }
  }

  /// One word of 100,000 letters: quadratic merging would not end.
  @Test(.enabled(if: SharedData.isPresent), arguments: ConformanceTests.losslessNames)
  func oneEndlessWord(name: String) throws {
    let tokenizer = try SharedVocabularies.named(name)
    for letter in ["a", "1", " ", "\n", "é", "世", "!", "▁", "\u{301}"] {
      let text = Array(String(repeating: letter, count: 100_000 / letter.utf8.count).utf8)
      let ids = try tokenizer.encode(text, addSpecial: false, parseSpecial: true)
      let expected = letter == "▁" && tokenizer.definition.escapesSpaces ? text.count / 3 : text.count
      #expect(tokenizer.decode(ids, skipSpecial: true).count == expected)
    }
  }

  @Test func halfSpecialTokensStayLinearAndPlain() throws {
    let tokenizer = try SmallVocabulary.byteLevel(merges: [], added: [.init(text: "<|endoftext|>", isSpecial: true)])
    let text = Array(String(repeating: "<|endoftext|", count: 10_000).utf8)
    #expect(try tokenizer.encode(text, addSpecial: false, parseSpecial: true).count == text.count)
  }

  @Test func canonicallyEquivalentPiecesStayApart() throws {
    let tokenizer = try SmallVocabulary.scores(
      [("\u{E9}", -1), ("e\u{301}", -1), ("e", -2), ("\u{301}", -2)], prefix: false)
    #expect(try tokenizer.encode(Array("\u{E9}e\u{301}".utf8), addSpecial: false, parseSpecial: false) == [259, 260])
  }
}
