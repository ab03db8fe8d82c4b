import Hashing
import Ledger
import LightClient

extension LedgerTrust {
  /// A CometBFT chain, believed by its validators' signatures from a header that the user trusts.
  func openReplicated(
    _ connection: CometConnection, _ status: NodeStatus
  ) async throws(LedgerTrustError) -> TrustedLedger {
    guard options.operatorKey == nil else {
      throw .options("an operator's key is for an embedded ledger; this one has validators, so give a trusted header")
    }
    let (root, rootWords) = try await root(status, connection)
    let trust = try await trust(root, connection)
    let client = CometLedgerClient(connection, trust: trust)
    let supply: ProvenValue
    do { supply = try await client.query(StateKey<Supply>.supply.bytes) } catch { throw .ledger(error) }
    await trust.keep()
    // Only what has led somewhere is remembered: a mistyped hash must not stand in the way of the right one.
    try set(.root(height: root.height, hash: root.hash), of: root.chainID.description)
    let head = await trust.head
    return TrustedLedger(
      chainID: root.chainID.description, engine: .replicated, height: supply.height, appHash: supply.appHash,
      client: client,
      words: [
        "validators sign the blocks of \(root.chainID); no node was trusted", rootWords,
        "from there more than a third of the trusted validators, and more than two thirds of each block's own, signed "
          + "the way to block \(head.height)\(age(head.time.milliseconds)) which proves the state after \(supply.height)",
      ])
  }

  /// The trusted header: given, pinned before, or, at the first use, what the node says now.
  private func root(
    _ status: NodeStatus, _ connection: CometConnection
  ) async throws(LedgerTrustError) -> (TrustedRoot, String) {
    let chainID = status.chainID.description
    let path = file.path(chainID)
    let pinned: (height: UInt64, hash: Digest)?
    switch try pin(of: chainID) {
    case .root(let height, let hash): pinned = (height, hash)
    case .operatorKey: throw .changedEngine(path: path)
    case nil: pinned = nil
    }
    if options.trustedHeight != nil || options.trustedHash != nil {
      return try given(status.chainID, pinned, path)
    }
    if let pinned {
      return (
        TrustedRoot(chainID: status.chainID, height: pinned.height, hash: pinned.hash),
        "trust starts at block \(pinned.height) (\(pinned.hash.hex.prefix(16))…), pinned in \(path)"
      )
    }
    let header: Header
    do { header = try await connection.call(CometRPC.commit(at: status.latestHeight)).header } catch {
      throw .ledger(error)
    }
    let root = TrustedRoot(chainID: status.chainID, height: header.height, hash: header.hash)
    return (
      root,
      "first use: block \(root.height) (\(root.hash.hex)) was taken as this node stated it, and is pinned in \(path) "
        + "from now on; compare its hash with somebody else's"
    )
  }

  private func given(
    _ chainID: ChainID, _ pinned: (height: UInt64, hash: Digest)?, _ path: String
  ) throws(LedgerTrustError) -> (TrustedRoot, String) {
    guard let height = options.trustedHeight, let hash = options.trustedHash else {
      throw .options("a trusted header is a height and a hash; give both")
    }
    if let pinned, pinned.height == height, pinned.hash != hash {
      throw .root(
        "block \(height) was given as \(hash.hex.prefix(16))…, and \(pinned.hash.hex.prefix(16))… is pinned "
          + "in \(path)")
    }
    let root = TrustedRoot(chainID: chainID, height: height, hash: hash)
    return (root, "trust starts at block \(height) (\(hash.hex.prefix(16))…), which was given")
  }

  /// What was verified before, or a beginning at the root.
  private func trust(_ root: TrustedRoot, _ connection: CometConnection) async throws(LedgerTrustError) -> CometTrust {
    let policy = TrustPolicy(trustingMilliseconds: options.trustingMilliseconds)
    let save: @Sendable ([UInt8]) -> Void = { [file] in file.keep($0, of: root.chainID.description) }
    if let store = file.store(of: root) { return CometTrust(store, policy: policy, clock: clock, save: save) }
    let block: LightBlock
    do { block = try await connection.lightBlock(at: root.height) } catch { throw .ledger(error) }
    let store: LightStore
    do { store = try LightStore(root: root, block: block) } catch { throw .root("\(error)") }
    return CometTrust(store, policy: policy, clock: clock, save: save)
  }
}
