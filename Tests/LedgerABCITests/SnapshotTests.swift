import ABCI
import Hashing
import Ledger
import LedgerStore
import Testing

@testable import LedgerABCI

/// A node joins from a peer's snapshot over real connections; only the app hash that it is given is trusted.
@Suite struct SnapshotTests {
  /// A node of three heights with a snapshot of the third, and what its engine knows.
  private func source() async throws -> (node: LedgerNode, disk: EngineDisk) {
    let node = try LedgerNode()
    var disk = EngineDisk()
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      for nonce in 0..<3 { try engine.decide([try TestGenesis.transfer(100, nonce: UInt64(nonce))]) }
      disk = engine.disk
    }
    _ = try node.snapshots.take(from: try LedgerStore(path: node.databasePath))
    return (node, disk)
  }

  private func listed(_ client: SocketClient) throws -> [ABCISnapshot] {
    guard case .listSnapshots(let list) = try client.call(.listSnapshots) else { throw TestFailure("another answer") }
    return list.snapshots
  }

  private func loaded(_ client: SocketClient, _ snapshot: ABCISnapshot, _ index: UInt32) throws -> [UInt8] {
    let request = LoadSnapshotChunkRequest {
      $0.height = snapshot.height
      $0.format = snapshot.format
      $0.index = index
    }
    guard case .loadSnapshotChunk(let answer) = try client.call(.loadSnapshotChunk(request)) else {
      throw TestFailure("another answer")
    }
    return answer.chunk
  }

  private func offer(_ client: SocketClient, _ snapshot: ABCISnapshot?, _ appHash: [UInt8]) throws -> Int32 {
    let request = OfferSnapshotRequest {
      $0.snapshot = snapshot
      $0.appHash = appHash
    }
    guard case .offerSnapshot(let answer) = try client.call(.offerSnapshot(request)) else {
      throw TestFailure("another answer")
    }
    return answer.result
  }

  private func apply(
    _ client: SocketClient, _ index: UInt32, _ chunk: [UInt8]
  ) throws -> ApplySnapshotChunkResponse {
    let request = ApplySnapshotChunkRequest {
      $0.index = index
      $0.chunk = chunk
      $0.sender = "peer"
    }
    guard case .applySnapshotChunk(let answer) = try client.call(.applySnapshotChunk(request)) else {
      throw TestFailure("another answer")
    }
    return answer
  }

  /// The source's snapshot and its only chunk.
  private func fetched() async throws -> (snapshot: ABCISnapshot, chunk: [UInt8], disk: EngineDisk) {
    let (node, disk) = try await source()
    var found: (ABCISnapshot, [UInt8])?
    try await node.run { server in
      let client = try SocketClient(server.address)
      let snapshot = try #require(try listed(client).first)
      #expect(snapshot.height == 3 && snapshot.format == 1 && snapshot.chunkCount == 1)
      found = (snapshot, try loaded(client, snapshot, 0))
      #expect(try loaded(client, snapshot, 1).isEmpty)
    }
    let (snapshot, chunk) = try #require(found)
    return (snapshot, chunk, disk)
  }

  @Test func aNodeJoinsAndGoesOn() async throws {
    var (snapshot, chunk, disk) = try await fetched()
    let appHash = try #require(disk.appHashes[3])
    let joined = try LedgerNode()
    try await joined.run { server in
      let client = try SocketClient(server.address)
      #expect(try offer(client, snapshot, appHash) == OfferSnapshotResponse.accept)
      #expect(try apply(client, 0, chunk).result == ApplySnapshotChunkResponse.accept)
    }
    try await joined.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      #expect(engine.calls == [.info])
      let result = try engine.decide([try TestGenesis.transfer(7, nonce: 3)])
      #expect(result?.results.map(\.code) == [0])
      disk = engine.disk
    }
    let stored = try #require(try LedgerStore(path: joined.databasePath).load())
    #expect(stored.meta.height == 4 && stored.meta.appHash.bytes == disk.appHashes[4])
  }

  @Test func anOfferThatDoesNotAgreeIsRejected() async throws {
    let (snapshot, _, disk) = try await fetched()
    let appHash = try #require(disk.appHashes[3])
    try await LedgerNode().run { server in
      let client = try SocketClient(server.address)
      #expect(try offer(client, snapshot, [UInt8](repeating: 1, count: 32)) == OfferSnapshotResponse.reject)
      #expect(try offer(client, nil, appHash) == OfferSnapshotResponse.reject)
      var changed = snapshot
      changed.format = 2
      #expect(try offer(client, changed, appHash) == OfferSnapshotResponse.rejectFormat)
      changed = snapshot
      changed.height = 4
      #expect(try offer(client, changed, appHash) == OfferSnapshotResponse.reject)
      changed = snapshot
      changed.chunkCount = 2
      #expect(try offer(client, changed, appHash) == OfferSnapshotResponse.reject)
      for index in snapshot.metadata.indices {
        changed = snapshot
        changed.metadata[index] ^= 1
        #expect(try offer(client, changed, appHash) == OfferSnapshotResponse.reject)
      }
    }
  }

  @Test func aForeignChainsSnapshotIsRejected() async throws {
    let (snapshot, _, disk) = try await fetched()
    var metadata = try StateSnapshot(decoding: snapshot.metadata)
    metadata.chainID = Array("razao-test-2".utf8)
    var foreign = snapshot
    foreign.metadata = metadata.encoded()
    foreign.hash = metadata.hash.bytes
    try await LedgerNode().run { server in
      let client = try SocketClient(server.address)
      #expect(try offer(client, foreign, disk.appHashes[3] ?? []) == OfferSnapshotResponse.reject)
    }
  }

  @Test func aForgedChunkIsFetchedAgainFromOthers() async throws {
    let (snapshot, chunk, disk) = try await fetched()
    try await LedgerNode().run { server in
      let client = try SocketClient(server.address)
      #expect(try offer(client, snapshot, disk.appHashes[3] ?? []) == OfferSnapshotResponse.accept)
      var forged = chunk
      forged[forged.count / 2] ^= 1
      let answer = try apply(client, 0, forged)
      #expect(answer.result == ApplySnapshotChunkResponse.retry)
      #expect(answer.refetchedChunks == [0] && answer.rejectedSenders == ["peer"])
      #expect(try client.call(.info(InfoRequest())) == infoAtNothing)
      #expect(try apply(client, 0, chunk).result == ApplySnapshotChunkResponse.accept)
    }
  }

  /// Who makes metadata and chunk agree on a false state is found out by the app hash.
  @Test func aSnapshotOfAFalseStateIsNeverUsed() async throws {
    let (snapshot, chunk, disk) = try await fetched()
    var forged = chunk
    forged[forged.count - 1] ^= 1
    var metadata = try StateSnapshot(decoding: snapshot.metadata)
    metadata.chunkHashes = [SHA256.hash(forged)]
    var changed = snapshot
    changed.metadata = metadata.encoded()
    changed.hash = metadata.hash.bytes
    let node = try LedgerNode()
    try await node.run { server in
      let client = try SocketClient(server.address)
      #expect(try offer(client, changed, disk.appHashes[3] ?? []) == OfferSnapshotResponse.accept)
      #expect(try apply(client, 0, forged).result == ApplySnapshotChunkResponse.rejectSnapshot)
      #expect(try apply(client, 0, chunk).result == ApplySnapshotChunkResponse.abort)
      #expect(try client.call(.info(InfoRequest())) == infoAtNothing)
    }
    #expect(try LedgerStore(path: node.databasePath).meta() == nil)
  }

  private var infoAtNothing: ABCIResponse {
    .info(
      InfoResponse {
        $0.data = "razao"
        $0.version = "1"
        $0.appVersion = 1
      })
  }

  @Test func aLedgerWithBlocksTakesNoSnapshot() async throws {
    let (snapshot, chunk, disk) = try await fetched()
    let (node, _) = try await source()
    try await node.run { server in
      let client = try SocketClient(server.address)
      #expect(try offer(client, snapshot, disk.appHashes[3] ?? []) == OfferSnapshotResponse.abort)
      #expect(try apply(client, 0, chunk).result == ApplySnapshotChunkResponse.abort)
    }
  }

  @Test func snapshotsAreTakenAsOftenAsConfigured() async throws {
    var node = try LedgerNode()
    node.snapshotInterval = 2
    let application = try node.application()
    try await node.run(application) { server, _ in
      let engine = try ScriptedEngine(server.address, disk: EngineDisk(), genesis: try TestGenesis.request())
      for _ in 0..<3 { try engine.decide() }
      application.snapshotWriter?.finish()
      #expect(try listed(engine.snapshot).map(\.height) == [2])
      #expect(throws: Never.self) { try CallGrammar.check(engine.calls) }
    }
  }
}
