import Dialects

/// Holds back what begins no answer yet, and a whole answer until its bundle is kept.
struct Passing {
  private(set) var whole: [UInt8]?
  private(set) var hasPassed = false
  private var held: [RelayEvent] = []
  private var heldCount = 0

  /// The most bytes that are held back: what begins no answer yet is short.
  private static let heldLimit = 1 << 20

  /// - Throws: `PeerError.malformed` when there is too much to hold back.
  mutating func receive(_ event: FollowedEvent) throws(PeerError) -> [RelayEvent] {
    switch event {
    case .whole(let body):
      whole = body
      return []
    case .part(let event, let part):
      held.append(.event(event))
      guard hasPassed || !part.text.isEmpty || part.razao != nil else {
        heldCount += event.data.count
        guard heldCount <= Self.heldLimit else { throw .malformed("its answer does not begin") }
        return []
      }
      hasPassed = true
      defer { held = [] }
      return held
    case .done:
      return []
    }
  }
}
