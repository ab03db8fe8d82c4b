import Hashing
import Ledger
import LightClient

/// What a light client has verified of one CometBFT chain, and how it goes on: nothing that a node says is believed.
package actor CometTrust {
  private var store: LightStore
  private let policy: TrustPolicy
  private let clock: WallClock
  private let save: @Sendable ([UInt8]) -> Void

  /// - Parameters:
  ///   - store: from a file, or made of a root.
  ///   - save: takes the store's encoding whenever something was verified.
  package init(
    _ store: LightStore, policy: TrustPolicy, clock: WallClock = .system,
    save: @escaping @Sendable ([UInt8]) -> Void = { _ in }
  ) {
    self.store = store
    self.policy = policy
    self.clock = clock
    self.save = save
  }

  /// The header of the highest verified block.
  package var head: Header { store.latest.header }

  /// Saves what is verified so far.
  func keep() { save(store.encoded()) }

  /// The header of a height, verified: upwards by validators' signatures with bisection, downwards by parents' hashes.
  /// - Throws: `unverified` with the reason when the chain of trust does not reach it; what the node's silence throws.
  func header(at height: UInt64, from node: CometConnection) async throws(LedgerClientError) -> Header {
    if let known = store.block(at: height) { return known.header }
    return height < store.blocks[0].height ? try await descend(to: height, node) : try await climb(to: height, node)
  }

  private func climb(to height: UInt64, _ node: CometConnection) async throws(LedgerClientError) -> Header {
    var search = try Self.believing { () throws(LightRefusal) in try store.search(for: height) }
    while let next = search.nextHeightToFetch {
      let block = try await node.lightBlock(at: next)
      guard let now = CometTime(milliseconds: clock.now()) else { throw .unverified("the clock cannot be right") }
      try Self.believing { () throws(LightRefusal) in try search.receive(block, now: now, policy: policy) }
    }
    guard search.latest.height == height else { throw .unverified("the validators have changed too much to follow") }
    // Others may have added blocks while this one waited: a search that no longer fits is not kept.
    if (try? store.keep(search)) != nil { save(store.encoded()) }
    return search.latest.header
  }

  private func descend(to height: UInt64, _ node: CometConnection) async throws(LedgerClientError) -> Header {
    var descent = try Self.believing { () throws(LightRefusal) in try store.descent(to: height) }
    guard descent.lowest.height - height <= Self.descentLimit else {
      throw .unverified("block \(height) lies too far below the trusted \(descent.lowest.height)")
    }
    while let next = descent.nextHeightToFetch {
      let header = try await node.call(CometRPC.commit(at: next)).header
      try Self.believing { () throws(LightRefusal) in try descent.receive(header) }
    }
    return descent.lowest
  }

  /// Headers that are walked down at most.
  private static let descentLimit: UInt64 = 10_000

  private static func believing<Value>(
    _ body: () throws(LightRefusal) -> Value
  ) throws(LedgerClientError) -> Value {
    do { return try body() } catch { throw .unverified("\(error)") }
  }
}
