/// Who fetches which chunk: a state machine without clock or connections.
///
/// Every peer that is still trusted works on a few chunks at a time. A chunk that failed goes to another peer where there is
/// one; a peer that fails four times in a row, or does not have the program, is not asked again; one that sent something
/// wrong is banned. When nothing is left to hand out, an idle peer doubles what a slower one is still busy with.
struct FetchPlan: Sendable {
  /// One chunk for one peer.
  struct Errand: Hashable, Sendable {
    let chunk: Int
    let peer: Int
    /// Failures of that peer in a row so far: how long to wait before asking.
    let failures: Int
  }

  /// How an errand ended.
  enum Outcome: Equatable, Sendable {
    case stored
    case failed(ProgramPeerError)
  }

  /// Why a peer is not asked any more.
  struct Exclusion: Equatable, Sendable {
    let peer: Int
    let reason: ProgramPeerError
  }

  private struct Peer {
    var failures = 0
    var running = 0
    var isExcluded = false
  }

  static let failureLimit = 4

  private var peers: [Peer]
  private let runningLimit: Int
  /// Chunks nobody works on, the next one last.
  private var waiting: [Int]
  /// Peers that work on a chunk.
  private var holders: [Int: [Int]] = [:]
  /// The peer that failed a chunk last.
  private var lastFailed: [Int: Int] = [:]
  private(set) var missing: Set<Int>
  private(set) var exclusions: [Exclusion] = []

  /// - Parameters:
  ///   - chunks: those to be fetched.
  ///   - runningLimit: chunks that one peer works on at a time.
  init(chunks: some Sequence<Int>, peerCount: Int, runningLimit: Int = 2) {
    missing = Set(chunks)
    waiting = missing.sorted(by: >)
    peers = Array(repeating: Peer(), count: peerCount)
    self.runningLimit = runningLimit
  }

  var isFinished: Bool { missing.isEmpty }
  /// Nobody is left to ask, and something is missing.
  var isStuck: Bool { !isFinished && peers.allSatisfy(\.isExcluded) }

  /// The errands to start now.
  mutating func assign() -> [Errand] {
    var errands: [Errand] = []
    var isGiving = true
    while isGiving {
      isGiving = false
      for peer in peers.indices {
        guard let errand = next(for: peer) else { continue }
        errands.append(errand)
        isGiving = true
      }
    }
    return errands
  }

  /// Takes note of how an errand ended.
  mutating func receive(_ errand: Errand, _ outcome: Outcome) {
    peers[errand.peer].running -= 1
    holders[errand.chunk]?.removeAll { $0 == errand.peer }
    switch outcome {
    case .stored:
      peers[errand.peer].failures = 0
      missing.remove(errand.chunk)
      holders[errand.chunk] = nil
      lastFailed[errand.chunk] = nil
      waiting.removeAll { $0 == errand.chunk }
    case .failed(let reason):
      note(reason, of: errand.peer)
      guard missing.contains(errand.chunk) else { return }
      lastFailed[errand.chunk] = errand.peer
      if holders[errand.chunk]?.isEmpty != false, !waiting.contains(errand.chunk) {
        holders[errand.chunk] = nil
        waiting.insert(errand.chunk, at: 0)
      }
    }
  }

  private mutating func note(_ reason: ProgramPeerError, of peer: Int) {
    peers[peer].failures += 1
    if case .unreachable = reason, peers[peer].failures < Self.failureLimit { return }
    guard !peers[peer].isExcluded else { return }
    peers[peer].isExcluded = true
    exclusions.append(Exclusion(peer: peer, reason: reason))
  }

  private mutating func next(for peer: Int) -> Errand? {
    let state = peers[peer]
    // A peer that just failed is tried with one chunk before it gets more.
    guard !state.isExcluded, state.running < (state.failures > 0 ? 1 : runningLimit) else { return nil }
    guard let chunk = takeWaiting(for: peer) ?? double(for: peer) else { return nil }
    holders[chunk, default: []].append(peer)
    peers[peer].running += 1
    return Errand(chunk: chunk, peer: peer, failures: state.failures)
  }

  private mutating func takeWaiting(for peer: Int) -> Int? {
    let isAlone = peers.indices.allSatisfy { $0 == peer || peers[$0].isExcluded }
    guard let place = waiting.lastIndex(where: { isAlone || lastFailed[$0] != peer }) else { return nil }
    return waiting.remove(at: place)
  }

  /// A chunk that one other peer still works on, for an idle peer.
  private func double(for peer: Int) -> Int? {
    guard waiting.isEmpty, peers[peer].running == 0 else { return nil }
    return missing.sorted().first { chunk in
      guard let holders = holders[chunk], holders.count == 1 else { return false }
      return holders[0] != peer && lastFailed[chunk] != peer
    }
  }
}
