import Dialects
import Receipts

/// Bounds what an answer may make its follower keep, so that a peer's endless stream ends early.
struct AnswerBounds: Sendable {
  /// The most bytes of one event, or of a whole answer.
  static let eventLimit = 64 << 20
  /// The most events in a row that bring neither text nor a statement; an honest answer has three or four.
  static let emptyLimit = 64

  private let textLimit: Int
  private var textCount = 0
  private var emptyCount = 0

  /// - Parameter textLimit: the most bytes of text; no bundle holds more.
  init(textLimit: Int = Bundle.fieldLimit) {
    self.textLimit = textLimit
  }

  /// Counts a part.
  /// - Throws: `PeerError.malformed` for the part that is too much.
  mutating func receive(_ part: AnswerPart) throws(PeerError) {
    let count = part.shown.count
    guard count <= textLimit - textCount else { throw .malformed("more than \(textLimit) bytes of text") }
    textCount += count
    let isStatement = part.razao?["checkpoint"] != nil || part.razao?["bundle"] != nil
    emptyCount = count == 0 && !isStatement ? emptyCount + 1 : 0
    guard emptyCount <= Self.emptyLimit else { throw .malformed("more than \(Self.emptyLimit) empty events in a row") }
  }
}
