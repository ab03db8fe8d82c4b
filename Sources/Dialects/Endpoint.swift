/// Where a request was sent, which is what it asks for; raw values are those of the receipt.
package enum Endpoint: UInt8, Sendable, CaseIterable {
  case chat = 1
  case completions = 2
  /// Vectors of texts.
  case embeddings = 3
  /// The class of a picture.
  case images = 4
  /// The score of a DNA sequence.
  case sequences = 5

  package var path: String {
    switch self {
    case .chat: "/v1/chat/completions"
    case .completions: "/v1/completions"
    case .embeddings: "/v1/embeddings"
    case .images: "/v1/images/classifications"
    case .sequences: "/v1/sequences/scores"
    }
  }

  /// Whether an answer is generated token by token; all other answers are values that come at once.
  package var generates: Bool { self == .chat || self == .completions }
}
