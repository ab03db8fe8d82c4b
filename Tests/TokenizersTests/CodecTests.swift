import Testing

@testable import Tokenizers

struct CodecTests {
  static func samples() throws -> [Tokenizer] {
    var rich = SmallVocabulary.byteLevelDefinition(
      merges: [("a", "b"), ("ab", "c")],
      added: [.init(text: "<s>", isSpecial: true, stripsLeft: true), .init(text: "<t>", stripsRight: true)])
    rich.normalization = .nfkd
    rich.preTokenizer = .llama3
    (rich.beginningID, rich.addsBeginning, rich.paddingID) = (258, true, 0)
    rich.chatTemplate = Array("{{ messages }}".utf8)
    var empty = TokenizerDefinition()
    empty.mergeRule = .lowestIdentifier
    return try [
      SmallVocabulary.scores([("a", -1), ("▁a", -0.5)]), Tokenizer(rich), Tokenizer(empty),
      Tokenizer(rankFile: Array("YQ== 0\nYg== 1\n".utf8)),
    ]
  }

  @Test func everySampleComesBack() throws {
    for tokenizer in try Self.samples() {
      let bytes = tokenizer.encoded()
      #expect(try Tokenizer(decoding: bytes) == tokenizer)
      #expect(try Tokenizer(decoding: bytes).encoded() == bytes)
    }
  }

  /// The layout as the format's description gives it, byte for byte.
  @Test func layoutIsAsDescribed() throws {
    var definition = TokenizerDefinition()
    definition.alphabet = .bytes
    definition.mergeRule = .listedPairs
    definition.preTokenizer = .qwen2
    definition.normalization = .nfc
    definition.ignoresMergesForPieces = true
    definition.pieces = [[0x61], [0x62], [0x61, 0x62], [0x3C]]
    definition.kinds = [.normal, .normal, .normal, .control]
    definition.merges = [.init(left: 0, right: 1)]
    definition.addedTokens = [AddedToken(id: 3, isSpecial: true, stripsRight: true)]
    definition.endID = 3
    definition.chatTemplate = [0x7B]
    let expected: [UInt8] =
      [1, 0, 0, 0, 1, 2, 1, 3, 0, 0x20]
      + [255, 255, 255, 255, 3, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]
      + [4, 0, 0, 0, 1, 1, 1, 3, 1, 0, 1, 0, 2, 0, 1, 0, 0x61, 0x62, 0x61, 0x62, 0x3C]
      + [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0] + [1, 0, 0, 0, 3, 0, 0, 0, 5] + [2, 0, 0, 0, 0x7B]
    #expect(try Tokenizer(definition).encoded() == expected)
  }

  @Test func everyTruncationIsRefused() throws {
    for tokenizer in try Self.samples() {
      let bytes = tokenizer.encoded()
      for count in 0..<bytes.count {
        #expect(throws: TokenizerDecodingError.self) { try Tokenizer(decoding: Array(bytes.prefix(count))) }
      }
    }
  }

  @Test func trailingByteIsRefused() throws {
    for tokenizer in try Self.samples() {
      #expect(throws: TokenizerDecodingError.trailingBytes(count: 1)) {
        try Tokenizer(decoding: tokenizer.encoded() + [0])
      }
    }
  }

  /// Whatever is read must be what would have been written: one encoding per value.
  @Test(arguments: 0..<4)
  func flippedBitsAreRefusedOrCanonical(sample: Int) throws {
    let bytes = try Self.samples()[sample].encoded()
    var generator = SeededGenerator(seed: UInt64(sample))
    for _ in 0..<2_000 {
      var changed = bytes
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      do {
        #expect(try Tokenizer(decoding: changed).encoded() == changed)
      } catch is TokenizerDecodingError {}
    }
  }

  @Test func lyingCountsAreRefusedBeforeAllocation() throws {
    var bytes = try Self.samples()[2].encoded()
    bytes.replaceSubrange(26..<30, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(throws: TokenizerDecodingError.overLimit(field: "vocabulary", limit: 1 << 22, actual: 0xFFFF_FFFF)) {
      try Tokenizer(decoding: bytes)
    }
    bytes.replaceSubrange(26..<30, with: [0, 0, 0x10, 0])
    #expect(throws: TokenizerDecodingError.truncated(field: "vocabulary", offset: 30)) {
      try Tokenizer(decoding: bytes)
    }
  }

  @Test func unknownVersionAndChoicesAreRefused() throws {
    let bytes = try Self.samples()[2].encoded()
    func changed(_ place: Int, _ value: UInt8) -> [UInt8] {
      var copy = bytes
      copy[place] = value
      return copy
    }
    #expect(throws: TokenizerDecodingError.unsupportedVersion(2)) { try Tokenizer(decoding: changed(0, 2)) }
    for (place, value, field) in [
      (4, 2, "alphabet"), (5, 4, "merge rule"), (6, 6, "normalisation"), (7, 99, "pre-tokeniser"),
      (8, 3, "space prefix"),
    ] as [(Int, UInt8, String)] {
      #expect(throws: TokenizerDecodingError.invalid(field: field, offset: place)) {
        try Tokenizer(decoding: changed(place, value))
      }
    }
  }
}

struct DefinitionTests {
  static func definition() -> TokenizerDefinition {
    SmallVocabulary.byteLevelDefinition(merges: [("a", "b")], added: [.init(text: "<s>")])
  }

  static func error(_ change: (inout TokenizerDefinition) -> Void) -> TokenizerDefinitionError? {
    var changed = definition()
    change(&changed)
    do {
      _ = try Tokenizer(changed)
      return nil
    } catch {
      return error
    }
  }

  @Test func listsMustMatch() {
    #expect(Self.error { _ in } == nil)
    #expect(Self.error { $0.kinds.removeLast() } == .countMismatch(what: "kinds", expected: 258, actual: 257))
    #expect(
      Self.error { $0.scores = [OrderedScore(bits: 0)] } == .countMismatch(what: "scores", expected: 0, actual: 1))
    #expect(
      Self.error { $0.mergeRule = .lowestIdentifier } == .countMismatch(what: "merges", expected: 0, actual: 1))
  }

  @Test func identifiersMustExist() {
    #expect(Self.error { $0.endID = 258 } == .unknownIdentifier(what: "end", id: 258))
    #expect(Self.error { $0.merges[0].right = 999 } == .unknownIdentifier(what: "merge", id: 999))
    #expect(Self.error { $0.addedTokens[0].id = 258 } == .unknownIdentifier(what: "added token", id: 258))
  }

  @Test func mergesMustMakeAPieceOnce() {
    #expect(Self.error { $0.merges[0].right = 0 } == .invalidMerge(index: 0))
    #expect(Self.error { $0.merges.append($0.merges[0]) } == .invalidMerge(index: 1))
  }

  @Test func addedTokensMustAscendAndHaveBytes() {
    #expect(Self.error { $0.addedTokens.append($0.addedTokens[0]) } == .invalidAddedToken(index: 1))
    #expect(Self.error { $0.pieces[257] = [] } == .invalidAddedToken(index: 0))
    #expect(Self.error { $0.pieces[257] = [UInt8](repeating: 1, count: 1_025) } == .invalidAddedToken(index: 0))
  }

  @Test func bytePiecesMustBeNamedOnce() {
    #expect(Self.error { $0.kinds[5] = .byte } == .invalidBytePiece(id: 5))
    let twice = Self.error {
      for id in [5, 6] {
        $0.kinds[id] = .byte
        $0.pieces[id] = Array("<0x0A>".utf8)
      }
    }
    #expect(twice == .invalidBytePiece(id: 6))
  }

  @Test func settingsMustNotContradict() {
    for change: (inout TokenizerDefinition) -> Void in [
      { $0.addsBeginning = true }, { $0.addsEnd = true }, { $0.escapesSpaces = true }, { $0.hasByteFallback = true },
      { $0.omitsPresentPrefix = true },
    ] {
      guard case .contradiction = Self.error(change) else {
        Issue.record("accepted a contradiction")
        continue
      }
    }
    #expect(
      Self.error { $0.pieces[257] = [UInt8](repeating: 1, count: 70_000) }
        == .outOfBounds(what: "piece bytes", limit: 65_535, actual: 70_000))
  }
}
