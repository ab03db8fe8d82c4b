import Testing

@testable import Tokenizers

struct MergingTests {
  @Test func highestScoreMergesFirst() throws {
    let tokenizer = try SmallVocabulary.scores(
      [("a", -9), ("b", -9), ("c", -9), ("ab", -2), ("bc", -1), ("abc", -3)], prefix: false)
    #expect(try tokenizer.pieces(of: "abc") == ["abc"])
    let without = try SmallVocabulary.scores([("a", -9), ("b", -9), ("c", -9), ("ab", -2), ("bc", -1)], prefix: false)
    #expect(try without.pieces(of: "abc") == ["a", "bc"])
  }

  @Test func tiesGoToTheLeft() throws {
    let tokenizer = try SmallVocabulary.scores([("a", -9), ("aa", -1)], prefix: false)
    #expect(try tokenizer.pieces(of: "aaaaa") == ["aa", "aa", "a"])
  }

  @Test func bothZerosAreOneScore() throws {
    let tokenizer = try SmallVocabulary.scores([("a", -9), ("b", -9), ("ab", -0.0), ("ba", 0)], prefix: false)
    #expect(try tokenizer.pieces(of: "aba") == ["ab", "a"])
  }

  @Test func scoresKeepTheirOrder() {
    let scores: [Float] = [-.infinity, -1e30, -2, -1, -0x1p-140, 0, 0x1p-140, 1, 3e30, .infinity]
    let ordered = scores.compactMap { OrderedScore(binary32: $0.bitPattern) }
    #expect(ordered.count == scores.count)
    #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0 < $1 })
    #expect(OrderedScore(binary32: Float.nan.bitPattern) == nil)
    #expect(OrderedScore(binary32: 0xFFFF_FFFF) == nil)
  }

  @Test func earlierMergeWinsOverLongerPiece() throws {
    let tokenizer = try SmallVocabulary.byteLevel(merges: [("b", "c"), ("a", "b"), ("ab", "c")])
    #expect(try tokenizer.pieces(of: "abc") == ["a", "bc"])
  }

  @Test func wholeWordIsTakenWhenMergesAreIgnored() throws {
    var definition = SmallVocabulary.byteLevelDefinition(merges: [("b", "c"), ("a", "b"), ("ab", "c")])
    definition.ignoresMergesForPieces = true
    #expect(try Tokenizer(definition).pieces(of: "abc") == ["abc"])
  }

  @Test func lowestIdentifierMergesFirst() throws {
    let tokenizer = try Tokenizer(
      rankFile: Array("YQ== 0\nYg== 1\nYw== 2\nYmM= 3\nYWI= 4\n".utf8), specialTokens: [], beginning: nil, end: nil)
    #expect(try tokenizer.pieces(of: "abc") == ["a", "bc"])
  }

  @Test func unknownScalarsBecomeBytesOrOneUnknown() throws {
    let tokenizer = try SmallVocabulary.scores([("a", -1)], prefix: false)
    #expect(try tokenizer.encode(Array("é".utf8), addSpecial: false, parseSpecial: false) == [3 + 0xC3, 3 + 0xA9])
    var definition = tokenizer.definition
    definition.hasByteFallback = false
    let unknown = try Tokenizer(definition)
    #expect(try unknown.encode(Array("éèaé".utf8), addSpecial: false, parseSpecial: false) == [0, 259, 0])
    definition.fusesUnknown = false
    #expect(try Tokenizer(definition).encode(Array("éè".utf8), addSpecial: false, parseSpecial: false) == [0, 0])
    definition.unknownID = nil
    #expect(throws: TokenizationError.unencodable([0xC3, 0xA9])) {
      try Tokenizer(definition).encode(Array("é".utf8), addSpecial: false, parseSpecial: false)
    }
  }

  @Test func unusedPiecesAreTakenApartAgain() throws {
    var definition = try SmallVocabulary.scores(
      [("a", -9), ("b", -9), ("ab", -1), ("c", -9), ("abc", -2)], prefix: false
    ).definition
    definition.kinds[261] = .unused
    #expect(try Tokenizer(definition).pieces(of: "abcab") == ["abc", "a", "b"])
    definition.kinds[263] = .unused
    #expect(try Tokenizer(definition).pieces(of: "abcab") == ["a", "b", "c", "a", "b"])
  }

  /// The heap against a loop that looks for the best pair again after every merge.
  @Test(arguments: 0..<20)
  func agreesWithTheNaiveLoop(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let letters = ["a", "b", "c"]
    var pieces: [(String, Float)] = letters.map { ($0, -50) }
    for _ in 0..<30 {
      let text = (0..<Int.random(in: 2...5, using: &generator)).map { _ in
        letters.randomElement(using: &generator) ?? "a"
      }
      guard !pieces.contains(where: { $0.0 == text.joined() }) else { continue }
      pieces.append((text.joined(), Float(Int.random(in: -8 ... -1, using: &generator))))
    }
    let tokenizer = try SmallVocabulary.scores(pieces, prefix: false)
    for _ in 0..<100 {
      let text = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        letters.randomElement(using: &generator) ?? "a"
      }
      #expect(try tokenizer.pieces(of: text.joined()) == Self.naive(text, pieces))
    }
  }

  static func naive(_ text: [String], _ pieces: [(String, Float)]) -> [String] {
    var symbols = text
    while true {
      var best: (score: Float, place: Int)?
      for place in symbols.indices.dropLast() {
        guard let piece = pieces.first(where: { $0.0 == symbols[place] + symbols[place + 1] }) else { continue }
        if best.map({ piece.1 > $0.score }) ?? true { best = (piece.1, place) }
      }
      guard let best else { return symbols }
      symbols[best.place] += symbols.remove(at: best.place + 1)
    }
  }
}
