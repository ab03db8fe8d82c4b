import Receipts

/// The accepts that a provider has signed and not yet forgotten: each is honoured once.
///
/// A pure value: the time is always a parameter. An entry is kept for `lifetime` after it was given, used or not, so
/// that a replayed job is told from an unknown one; both are refused, so forgetting lets nothing through. A full book
/// forgets rather than refuses, or whoever asks for accepts and never uses them would keep everybody else out.
package struct AcceptBook<Promise: Sendable>: Sendable {
  private struct Entry: Sendable {
    var promise: Promise
    var deadline: UInt64
    /// How many were given before.
    var place: UInt64
    var isUsed = false
  }

  private var entries: [RequestID: Entry] = [:]
  private var givenCount: UInt64 = 0
  private let capacity: Int
  private let lifetime: UInt64

  /// - Parameters:
  ///   - capacity: accepts remembered at once, at least 1.
  ///   - lifetime: milliseconds in which an accept must be used.
  package init(capacity: Int, lifetime: UInt64 = 600_000) {
    precondition(capacity >= 1)
    self.capacity = capacity
    self.lifetime = lifetime
  }

  /// Accepts remembered now, used ones included.
  package var count: Int { entries.count }

  /// Accepts that were signed and not used, at most `capacity`.
  package var openCount: Int { entries.values.count { !$0.isUsed } }

  /// Accepts of one sort that may still be used.
  package func openCount(now: UInt64, where isOfSort: (Promise) -> Bool) -> Int {
    entries.values.count { !$0.isUsed && $0.deadline >= now && isOfSort($0.promise) }
  }

  /// Whether an id is remembered.
  package func knows(_ id: RequestID) -> Bool { entries[id] != nil }

  /// Remembers an accept.
  /// - Throws: `.repeated` for an id that is remembered.
  /// - Complexity: O(1), and O(capacity) when the book is full.
  package mutating func add(_ promise: Promise, id: RequestID, now: UInt64) throws(AcceptRefusal) {
    guard entries[id] == nil else { throw .repeated }
    if entries.count >= capacity { makeRoom(now: now) }
    entries[id] = Entry(promise: promise, deadline: now.addingSaturating(lifetime), place: givenCount)
    givenCount += 1
  }

  /// The accept of an id that may still be used; it stays open, so that a body that does not fit costs nothing.
  package func open(_ id: RequestID, now: UInt64) throws(AcceptRefusal) -> Promise {
    guard let entry = entries[id] else { throw .unknown }
    guard !entry.isUsed else { throw .replayed }
    guard now <= entry.deadline else { throw .late }
    return entry.promise
  }

  /// Uses an accept up.
  /// - Throws: as `open`; a second use is `.replayed`.
  package mutating func use(_ id: RequestID, now: UInt64) throws(AcceptRefusal) -> Promise {
    let promise = try open(id, now: now)
    entries[id]?.isUsed = true
    return promise
  }

  /// Forgets the expired; if there are none, the used; if there are none either, the oldest.
  private mutating func makeRoom(now: UInt64) {
    entries = entries.filter { $0.value.deadline >= now }
    guard entries.count >= capacity else { return }
    entries = entries.filter { !$0.value.isUsed }
    guard entries.count >= capacity, let oldest = entries.min(by: { $0.value.place < $1.value.place }) else { return }
    entries[oldest.key] = nil
  }
}

/// Why an accept is not given or not honoured.
package enum AcceptRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// The request id was accepted before.
  case repeated
  /// No accept of this id: never given, or forgotten.
  case unknown
  /// The accept was used already.
  case replayed
  /// The accept was given too long ago.
  case late

  package var description: String {
    switch self {
    case .repeated: "this request id was accepted before; draw a new one"
    case .unknown: "no accept of this request id is known; ask for one first"
    case .replayed: "the accept of this request id was used already"
    case .late: "the accept of this request id was given too long ago; ask for another"
    }
  }
}
