import ABCI
import Hashing
import Ledger
import LedgerStore

/// Handing the state out to nodes that join, and taking it from peers that are not trusted.
extension LedgerApplication {
  func listSnapshots() -> ListSnapshotsResponse {
    ListSnapshotsResponse {
      $0.snapshots = (configuration.snapshots?.list() ?? []).map { snapshot in
        ABCISnapshot {
          $0.height = snapshot.height
          $0.format = StateSnapshot.format
          $0.chunkCount = UInt32(clamping: snapshot.chunkHashes.count)
          $0.hash = snapshot.hash.bytes
          $0.metadata = snapshot.encoded()
        }
      }
    }
  }

  func loadChunk(_ request: LoadSnapshotChunkRequest) -> LoadSnapshotChunkResponse {
    LoadSnapshotChunkResponse {
      $0.chunk =
        configuration.snapshots?.chunk(height: request.height, format: request.format, index: request.index) ?? []
    }
  }

  /// Looks at a peer's snapshot. Trusted is the app hash alone, which the engine has from a verified header.
  func offer(_ request: OfferSnapshotRequest, _ core: inout Core) -> OfferSnapshotResponse {
    core.restoration = nil
    let result: Int32
    if core.machine.map({ $0.height > 0 }) ?? false {
      logger.error("a snapshot is offered to a ledger that has blocks")
      result = OfferSnapshotResponse.abort
    } else if let offered = request.snapshot, offered.format != StateSnapshot.format {
      result = OfferSnapshotResponse.rejectFormat
    } else if let restoration = restoration(request) {
      core.restoration = restoration
      result = OfferSnapshotResponse.accept
    } else {
      result = OfferSnapshotResponse.reject
    }
    return OfferSnapshotResponse { $0.result = result }
  }

  /// A restoration of the offered snapshot, if what it says of itself agrees with the offer and with this chain.
  private func restoration(_ request: OfferSnapshotRequest) -> SnapshotRestoration? {
    guard let offered = request.snapshot, let appHash = Digest(request.appHash),
      let snapshot = try? StateSnapshot(decoding: offered.metadata), snapshot.hash.bytes == offered.hash,
      snapshot.height == offered.height, snapshot.height > 0, snapshot.height < EngineNumber.limit,
      snapshot.time < EngineNumber.limit, snapshot.chunkHashes.count == Int(offered.chunkCount),
      isOfThisChain(snapshot.chainID)
    else { return nil }
    return try? SnapshotRestoration(snapshot, trusting: appHash)
  }

  private func isOfThisChain(_ id: [UInt8]) -> Bool {
    guard (1...50).contains(id.count), id.allSatisfy({ (0x21...0x7e).contains($0) }) else { return false }
    return configuration.chainID.map { $0.utf8.elementsEqual(id) } ?? true
  }

  /// Takes one chunk; with the last one the state is compared with the trusted app hash, and only then used.
  func apply(
    _ request: ApplySnapshotChunkRequest, _ core: inout Core
  ) throws(ABCIFault) -> ApplySnapshotChunkResponse {
    guard core.restoration != nil else { return Self.answer(ApplySnapshotChunkResponse.abort) }
    do throws(StateSnapshotError) {
      try core.restoration?.apply(index: Int(request.index), chunk: request.chunk)
    } catch {
      logger.warning("a snapshot's chunk is refused", metadata: ["reason": "\(error)"])
      return refusal(error, request, &core)
    }
    guard let restoration = core.restoration, restoration.missing.isEmpty else {
      return Self.answer(ApplySnapshotChunkResponse.accept)
    }
    core.restoration = nil
    do throws(StateSnapshotError) {
      try take(try restoration.finish(), of: restoration.snapshot, &core)
      return Self.answer(ApplySnapshotChunkResponse.accept)
    } catch {
      logger.warning("a snapshot is refused", metadata: ["reason": "\(error)"])
      return Self.answer(ApplySnapshotChunkResponse.rejectSnapshot)
    }
  }

  private static func answer(_ result: Int32) -> ApplySnapshotChunkResponse {
    ApplySnapshotChunkResponse { $0.result = result }
  }

  /// A chunk with another hash may come from a peer that lies: it is fetched again from others. A chunk that is what
  /// the metadata says, and no chunk, condemns the snapshot.
  private func refusal(
    _ error: StateSnapshotError, _ request: ApplySnapshotChunkRequest, _ core: inout Core
  ) -> ApplySnapshotChunkResponse {
    guard case .chunkHash = error else {
      core.restoration = nil
      return Self.answer(ApplySnapshotChunkResponse.rejectSnapshot)
    }
    return ApplySnapshotChunkResponse {
      $0.result = ApplySnapshotChunkResponse.retry
      $0.refetchedChunks = [request.index]
      $0.rejectedSenders = request.sender.isEmpty ? [] : [request.sender]
    }
  }

  /// Puts the proven state in the place of the empty one, durably.
  private func take(
    _ state: CommittedState, of snapshot: StateSnapshot, _ core: inout Core
  ) throws(StateSnapshotError) {
    let chainID = String(decoding: snapshot.chainID, as: UTF8.self)
    do throws(LedgerStoreError) {
      try store.replace(
        with: state, chainID: chainID, height: snapshot.height, time: snapshot.time, blockHash: .zero)
    } catch {
      throw .file(path: store.path, reason: "\(error)")
    }
    core.machine = LedgerMachine(
      chainID: chainID, height: snapshot.height, time: snapshot.time, committed: state)
    core.finalized = nil
    publish(core)
  }
}
