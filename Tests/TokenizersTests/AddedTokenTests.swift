import Testing

@testable import Tokenizers

struct AddedTokenTests {
  typealias Sketch = SmallVocabulary.AddedTokenSketch

  static func tokenizer(_ added: [Sketch]) throws -> Tokenizer {
    try SmallVocabulary.byteLevel(merges: [("a", "b")], added: added)
  }

  @Test func leftmostThenLongestWins() throws {
    let tokenizer = try Self.tokenizer([Sketch(text: "<x"), Sketch(text: "<x>y"), Sketch(text: "x>yz")])
    #expect(try tokenizer.pieces(of: "a<x>yz") == ["a", "<x>y", "z"])
    #expect(try tokenizer.pieces(of: "<x>z<") == ["<x", ">", "z", "<"])
  }

  @Test func specialTokensNeedPermission() throws {
    let tokenizer = try Self.tokenizer([Sketch(text: "<|end|>", isSpecial: true), Sketch(text: "<|tool|>")])
    let text = "<|tool|><|end|>"
    #expect(try tokenizer.pieces(of: text, parseSpecial: true) == ["<|tool|>", "<|end|>"])
    #expect(try tokenizer.pieces(of: text).prefix(3) == ["<|tool|>", "<", "|"])
  }

  @Test func whiteSpaceBesideItIsTaken() throws {
    let tokenizer = try Self.tokenizer([
      Sketch(text: "<l>", stripsLeft: true), Sketch(text: "<r>", stripsRight: true), Sketch(text: "<n>"),
    ])
    #expect(try tokenizer.pieces(of: "a \u{3000}<l> b") == ["a", "<l>", " ", "b"])
    #expect(try tokenizer.pieces(of: "a <r>\n\u{A0}b") == ["a", " ", "<r>", "b"])
    #expect(try tokenizer.pieces(of: "a <n> b") == ["a", " ", "<n>", " ", "b"])
    #expect(try tokenizer.pieces(of: "<r> <l>") == ["<r>", "<l>"])
  }

  @Test func normalizedTokensAreFoundInNormalizedText() throws {
    var definition = SmallVocabulary.byteLevelDefinition(
      merges: [], added: [Sketch(text: "é", isNormalized: true), Sketch(text: "è")])
    definition.normalization = .nfc
    let tokenizer = try Tokenizer(definition)
    #expect(try tokenizer.pieces(of: "e\u{301}") == ["é"])
    #expect(try tokenizer.encode(Array("e\u{300}".utf8), addSpecial: false, parseSpecial: false).count == 2)
  }

  @Test func specialTokensAreSkippedInDecoding() throws {
    let tokenizer = try Self.tokenizer([Sketch(text: "<|end|>", isSpecial: true), Sketch(text: "<|tool|>")])
    let ids = try tokenizer.encode(Array("a<|tool|>b<|end|>".utf8), addSpecial: false, parseSpecial: true)
    #expect(tokenizer.decode(ids, skipSpecial: true) == Array("a<|tool|>b".utf8))
    #expect(tokenizer.decode(ids, skipSpecial: false) == Array("a<|tool|>b<|end|>".utf8))
  }
}
