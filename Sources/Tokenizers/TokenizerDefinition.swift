/// Everything that decides how text becomes token identifiers and back; a plain value without floating point.
///
/// A definition is read from a model's files (see `Readers/`), checked by `Tokenizer.init(_:)`, and stored in
/// the program by its codec. Two equal definitions tokenise every text alike.
package struct TokenizerDefinition: Sendable, Equatable {
  /// What the smallest symbols are, before any merge.
  package enum Alphabet: UInt8, Sendable {
    /// Unicode scalars (SentencePiece); one without a piece becomes byte pieces, or the unknown piece.
    case scalars = 0
    /// Bytes (GPT-2 and its successors); pieces hold raw bytes, not their printable stand-ins.
    case bytes = 1
  }

  /// How a word becomes pieces: which two neighbours merge next, where ties go to the leftmost pair, or
  /// without merging at all.
  package enum MergeRule: UInt8, Sendable {
    /// The pair whose concatenation is a piece with the highest score (SentencePiece).
    case highestScore = 0
    /// The pair whose concatenation is a piece with the lowest identifier (rank files).
    case lowestIdentifier = 1
    /// The pair listed first in `merges`.
    case listedPairs = 2
    /// The longest piece from where the last one ended (WordPiece); pieces that continue a word begin with `##`.
    /// A word that cannot be covered, or is longer than 100 scalars, is one unknown token.
    case longestMatch = 3
  }

  /// Where a space is put before text.
  package enum SpacePrefix: UInt8, Sendable {
    case never = 0
    /// Before the text, when it does not begin with an added token.
    case firstSegment = 1
    /// Before the text and after every added token.
    case everySegment = 2
  }

  /// Two pieces that merge; the result is the piece with the concatenated bytes.
  package struct Merge: Sendable, Equatable {
    package var left: UInt32
    package var right: UInt32

    package init(left: UInt32, right: UInt32) {
      self.left = left
      self.right = right
    }
  }

  package var alphabet = Alphabet.scalars
  package var mergeRule = MergeRule.highestScore
  package var normalization: NormalizationForm?
  package var preTokenizer = PreTokenizer.none
  package var spacePrefix = SpacePrefix.never
  /// The space prefix is left out where the text begins with a space already.
  package var omitsPresentPrefix = false
  /// Spaces are written as U+2581 in pieces, so that both stand for a space.
  package var escapesSpaces = false
  /// Runs of spaces become one, and spaces at the text's ends vanish.
  package var collapsesSpaces = false
  /// A scalar without a piece becomes its bytes' pieces.
  package var hasByteFallback = false
  /// Neighbouring unknown scalars become one unknown token.
  package var fusesUnknown = false
  /// A word that is a piece is taken whole, whatever the merges say.
  package var ignoresMergesForPieces = false
  package var addsBeginning = false
  package var addsEnd = false

  /// Token that begins a text, ends one, stands for the unknown, and pads.
  package var beginningID: UInt32?
  package var endID: UInt32?
  package var unknownID: UInt32?
  package var paddingID: UInt32?

  /// The bytes of each piece, shape (vocabulary,), each at most 65,535 long.
  package var pieces: [[UInt8]] = []
  /// The kind of each piece, shape (vocabulary,).
  package var kinds: [TokenKind] = []
  /// Shape (vocabulary,) where the rule is `highestScore`, empty otherwise; ordered as the scores were.
  package var scores: [OrderedScore] = []
  /// First is merged first; empty unless the rule is `listedPairs`.
  package var merges: [Merge] = []
  /// Tokens found in text before anything else, by ascending identifier.
  package var addedTokens: [AddedToken] = []
  /// The chat template's text, in UTF-8.
  package var chatTemplate: [UInt8]?

  package init() {}
}

/// What a piece is for; the numbers are SentencePiece's.
package enum TokenKind: UInt8, Sendable {
  case normal = 1
  case unknown = 2
  case control = 3
  case userDefined = 4
  /// A step between merges that is taken apart again.
  case unused = 5
  /// One byte, named `<0x00>` … `<0xFF>`.
  case byte = 6
}

/// A piece that is recognised in the text itself, before normalisation and pre-tokenisation.
package struct AddedToken: Sendable, Equatable {
  package var id: UInt32
  /// Recognised only when the caller asks to parse special tokens, and left out of decoded text on request.
  package var isSpecial: Bool
  /// White space before it belongs to it.
  package var stripsLeft: Bool
  /// White space after it belongs to it.
  package var stripsRight: Bool
  /// Looked for in the normalised text rather than in the raw one.
  package var isNormalized: Bool

  package init(
    id: UInt32, isSpecial: Bool, stripsLeft: Bool = false, stripsRight: Bool = false, isNormalized: Bool = false
  ) {
    self.id = id
    self.isSpecial = isSpecial
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isNormalized = isNormalized
  }
}

/// A binary32 score mapped to an integer with the same order, so that nothing after reading holds a float.
package struct OrderedScore: Sendable, Equatable, Comparable {
  package var bits: Int32

  package init(bits: Int32) {
    self.bits = bits
  }

  /// The order-preserving image of a binary32 number; `nil` for a NaN. Both zeros map to 0.
  package init?(binary32 pattern: UInt32) {
    guard pattern & 0x7FFF_FFFF <= 0x7F80_0000 else { return nil }
    let signed = Int32(bitPattern: pattern)
    bits = pattern == 0x8000_0000 ? 0 : signed >= 0 ? signed : signed ^ 0x7FFF_FFFF
  }

  package static func < (left: OrderedScore, right: OrderedScore) -> Bool { left.bits < right.bits }
}
