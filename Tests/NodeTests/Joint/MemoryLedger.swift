import Hashing
import Node
import Synchronization

/// What a ledger remembers of one provider's contributions, and how it can fail.
final class MemoryLedger: ContributionAnchoring, ContributionLookup {
  struct Unreachable: Error {}
  struct Refused: Error {}

  struct State {
    var provider: Digest?
    var roots: [UInt64: Digest] = [:]
    var isReachable = true
    /// Anchors, and then is not heard of: a crash between the two.
    var forgetsToAnswer = false
    var anchorCount = 0
  }

  let state = Mutex(State())

  func set(_ edit: (inout State) -> Void) { state.withLock { edit(&$0) } }

  var anchorCount: Int { state.withLock { $0.anchorCount } }

  private func reached<Value: Sendable>(_ body: (inout State) throws -> Value) throws -> Value {
    try state.withLock { state in
      guard state.isReachable else { throw Unreachable() }
      return try body(&state)
    }
  }

  func latestEpoch() async throws -> UInt64? { try reached { $0.roots.keys.max() } }

  func anchoredRoot(epoch: UInt64) async throws -> Digest? { try reached { $0.roots[epoch] } }

  func anchor(_ root: Digest, epoch: UInt64) async throws {
    let isForgotten = try reached { state in
      guard state.roots.keys.max() ?? 0 < epoch else { throw Refused() }
      state.roots[epoch] = root
      state.anchorCount += 1
      return state.forgetsToAnswer
    }
    if isForgotten { throw Unreachable() }
  }

  func contributionsRoot(of provider: Digest, epoch: UInt64) async throws -> Digest? {
    try reached { state in state.provider.map { $0 == provider } ?? true ? state.roots[epoch] : nil }
  }
}
