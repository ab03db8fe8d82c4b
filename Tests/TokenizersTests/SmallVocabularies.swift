@testable import Tokenizers

/// Vocabularies small enough to reason about.
enum SmallVocabulary {
  static func scores(_ pieces: [(String, Float)], prefix: Bool = true) throws -> Tokenizer {
    var arrays = VocabularyArrays(tokens: [], model: "llama")
    var (scores, types): ([Float], [Int32]) = ([0, 0, 0], [2, 3, 3])
    arrays.tokens = ["<unk>", "<s>", "</s>"].map { Array($0.utf8) }
    for byte in UInt8.min...UInt8.max {
      arrays.tokens.append(BytePieceName.name(of: byte))
      scores.append(0)
      types.append(6)
    }
    for (piece, score) in pieces {
      arrays.tokens.append(Array(piece.utf8))
      scores.append(score)
      types.append(1)
    }
    (arrays.scores, arrays.types) = (scores, types)
    (arrays.unknownID, arrays.beginningID, arrays.endID) = (0, 1, 2)
    arrays.addsSpacePrefix = prefix
    return try Tokenizer(arrays)
  }

  /// Every byte, in order, then the results of the merges, then the added tokens.
  static func byteLevel(merges: [(String, String)], added: [AddedTokenSketch] = []) throws -> Tokenizer {
    try Tokenizer(byteLevelDefinition(merges: merges, added: added))
  }

  struct AddedTokenSketch {
    var text: String
    var isSpecial = false
    var stripsLeft = false
    var stripsRight = false
    var isNormalized = false
  }

  static func byteLevelDefinition(
    merges: [(String, String)], added: [AddedTokenSketch] = []
  ) -> TokenizerDefinition {
    var definition = TokenizerDefinition()
    definition.alphabet = .bytes
    definition.mergeRule = .listedPairs
    definition.pieces = (UInt8.min...UInt8.max).map { [$0] }
    func id(_ text: String) -> UInt32 {
      let piece = Array(text.utf8)
      if let found = definition.pieces.firstIndex(of: piece) { return UInt32(found) }
      definition.pieces.append(piece)
      return UInt32(definition.pieces.count - 1)
    }
    for (left, right) in merges {
      definition.merges.append(.init(left: id(left), right: id(right)))
      _ = id(left + right)
    }
    definition.kinds = definition.pieces.map { _ in .normal }
    for sketch in added {
      definition.addedTokens.append(
        AddedToken(
          id: UInt32(definition.pieces.count), isSpecial: sketch.isSpecial, stripsLeft: sketch.stripsLeft,
          stripsRight: sketch.stripsRight, isNormalized: sketch.isNormalized))
      definition.pieces.append(Array(sketch.text.utf8))
      definition.kinds.append(sketch.isSpecial ? .control : .userDefined)
    }
    return definition
  }
}

extension Tokenizer {
  /// The bytes of every token of a text, as strings.
  func pieces(of text: String, parseSpecial: Bool = false) throws -> [String] {
    try encode(Array(text.utf8), addSpecial: false, parseSpecial: parseSpecial)
      .map { String(decoding: bytes(of: $0), as: UTF8.self) }
  }
}
