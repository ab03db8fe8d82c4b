import Testing

@testable import Tokenizers

struct SpaceTests {
  static let pieces: [(String, Float)] = [("▁", -5), ("a", -6), ("▁a", -1), ("▁▁", -2)]

  @Test func prefixIsAddedAndTakenAway() throws {
    let tokenizer = try SmallVocabulary.scores(Self.pieces)
    let ids = try tokenizer.encode(Array("a a".utf8), addSpecial: true, parseSpecial: false)
    #expect(ids == [1, 261, 261])
    #expect(tokenizer.decode(ids, skipSpecial: true) == Array("a a".utf8))
    #expect(tokenizer.decode(ids, skipSpecial: false) == Array("<s>a a".utf8))
  }

  @Test func emptyTextHasNoTokens() throws {
    let tokenizer = try SmallVocabulary.scores(Self.pieces)
    #expect(try tokenizer.encode([], addSpecial: false, parseSpecial: true).isEmpty)
    #expect(try tokenizer.encode([], addSpecial: true, parseSpecial: true) == [1])
  }

  @Test func prefixFollowsEveryAddedTokenOrOnlyBeginsTheText() throws {
    var definition = try SmallVocabulary.scores(Self.pieces).definition
    let text = Array("a<s>a".utf8)
    #expect(try Tokenizer(definition).encode(text, addSpecial: false, parseSpecial: true) == [261, 1, 261])
    definition.spacePrefix = .firstSegment
    #expect(try Tokenizer(definition).encode(text, addSpecial: false, parseSpecial: true) == [261, 1, 260])
    let later = Array("<s>a".utf8)
    #expect(try Tokenizer(definition).encode(later, addSpecial: false, parseSpecial: true) == [1, 260])
  }

  @Test func presentPrefixIsNotDoubled() throws {
    var definition = try SmallVocabulary.scores(Self.pieces).definition
    #expect(try Tokenizer(definition).pieces(of: " a") == [" ", " a"])
    definition.omitsPresentPrefix = true
    #expect(try Tokenizer(definition).pieces(of: " a") == [" a"])
    #expect(try Tokenizer(definition).pieces(of: "a") == [" a"])
  }

  @Test func spacesCollapseOnRequest() throws {
    var definition = try SmallVocabulary.scores(Self.pieces).definition
    definition.collapsesSpaces = true
    let tokenizer = try Tokenizer(definition)
    #expect(try tokenizer.pieces(of: "  a   a  ") == [" a", " a"])
    #expect(try tokenizer.pieces(of: "   ").isEmpty)
  }

  @Test func normalisationComesFirst() throws {
    var definition = SmallVocabulary.byteLevelDefinition(merges: [("\u{C3}", "\u{A9}")])
    definition.merges = []
    definition.normalization = .nfc
    let ids = try Tokenizer(definition).encode(Array("e\u{301}".utf8), addSpecial: false, parseSpecial: false)
    #expect(ids == [0xC3, 0xA9])
  }
}
