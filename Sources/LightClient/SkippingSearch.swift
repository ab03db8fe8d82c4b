/// The way from a verified block up to a wanted height, with as few blocks as the validators' changes allow.
///
/// The search fetches nothing itself: it names a height, receives that block, and names the next.
/// ```
/// var search = try store.search(for: 5000)
/// while let height = search.nextHeightToFetch {
///   try search.receive(try await fetch(height), now: clock.now, policy: policy)
/// }
/// try store.keep(search)
/// ```
package struct SkippingSearch: Hashable, Sendable {
  /// The verified block that it starts from.
  package let start: LightBlock
  package let target: UInt64
  /// Verified on the way, by rising height, the start not included.
  package private(set) var verified: [LightBlock] = []
  /// Received but not reachable yet, by falling height; each lies in the lower half of the gap below the one before.
  private var waiting: [LightBlock] = []

  init(from start: LightBlock, to target: UInt64) {
    precondition(target >= start.height, "a search goes upwards")
    (self.start, self.target) = (start, target)
  }

  /// The highest block that is verified.
  package var latest: LightBlock { verified.last ?? start }

  /// The height whose block is needed next; `nil` once the target is verified.
  package var nextHeightToFetch: UInt64? {
    Self.nextHeightToFetch(verified: latest.height, unreachable: waiting.last?.height, target: target)
  }

  /// The rule: the target at once; when the lowest block in hand is out of reach, the middle below it.
  /// - Parameter unreachable: the lowest block in hand that the verified one does not vouch for.
  /// - Returns: `nil` once the target is verified, and for an unreachable block that leaves nothing in between.
  package static func nextHeightToFetch(verified: UInt64, unreachable: UInt64?, target: UInt64) -> UInt64? {
    guard verified < target else { return nil }
    guard let unreachable else { return target }
    guard unreachable > verified, unreachable - verified > 1 else { return nil }
    return verified + (unreachable - verified) / 2
  }

  /// Takes the block that was asked for, and verifies as far up as it now can.
  /// - Throws: a refusal that no other header can heal; the search is as it was before.
  /// - Complexity: at most one more height asked for a halving of the gap; all blocks together never more than
  ///   the heights in between.
  package mutating func receive(_ block: LightBlock, now: CometTime, policy: TrustPolicy) throws(LightRefusal) {
    guard let wanted = nextHeightToFetch, block.height == wanted else {
      throw .unexpectedHeight(expected: nextHeightToFetch ?? target, actual: block.height)
    }
    var next = self
    next.waiting.append(block)
    try next.climb(now: now, policy: policy)
    self = next
  }

  private mutating func climb(now: CometTime, policy: TrustPolicy) throws(LightRefusal) {
    while let candidate = waiting.last {
      do {
        try LightVerifier.verify(candidate, trusting: latest, now: now, policy: policy)
      } catch {
        guard case .notEnoughTrustedPower = error else { throw error }
        return
      }
      verified.append(candidate)
      waiting.removeLast()
    }
  }
}

/// The way from a verified header down to an older one, each the parent of the one before.
package struct Descent: Hashable, Sendable {
  package let target: UInt64
  /// The lowest header that is verified.
  package private(set) var lowest: Header

  init(from header: Header, to target: UInt64) {
    precondition(target <= header.height, "a descent goes downwards")
    (lowest, self.target) = (header, target)
  }

  /// The height whose header is needed next; `nil` once the target is verified, and below the first block.
  package var nextHeightToFetch: UInt64? {
    lowest.height > target && lowest.height > 1 ? lowest.height - 1 : nil
  }

  /// Takes the header that was asked for.
  package mutating func receive(_ header: Header) throws(LightRefusal) {
    try LightVerifier.verify(header, parentOf: lowest)
    lowest = header
  }
}
