import Foundation
import Hashing
import Ledger
import Testing

@testable import LedgerStore

@Suite struct SnapshotTests {
  private let folder: TemporaryFolder
  private let store: LedgerStore
  private let machine: LedgerMachine
  private let snapshot: StateSnapshot
  private let chunks: [[UInt8]]

  init() throws {
    folder = try TemporaryFolder()
    (store, machine) = try TestLedger.stored(at: folder.file("ledger.sqlite"), transfers: 20)
    var chunks: [[UInt8]] = []
    snapshot = try #require(
      try store.freeze().snapshot { index, chunk throws(StateSnapshotError) in
        guard index == chunks.count else { throw .index(index, count: chunks.count) }
        chunks.append(chunk)
      })
    self.chunks = chunks
  }

  private func refusal(_ body: () throws -> Void) -> StateSnapshotError? {
    do { try body() } catch { return error as? StateSnapshotError }
    return nil
  }

  @Test func aStateComesBackFromItsSnapshot() throws {
    let decoded = try StateSnapshot(decoding: snapshot.encoded())
    #expect(decoded == snapshot)
    #expect(decoded.height == 1)
    #expect(decoded.appHash == machine.appHash)
    #expect(decoded.chainID == Array("test-1".utf8))
    var restoration = try SnapshotRestoration(decoded, trusting: machine.appHash)
    #expect(restoration.missing == Array(chunks.indices))
    for (index, chunk) in chunks.enumerated() { try restoration.apply(index: index, chunk: chunk) }
    #expect(restoration.missing.isEmpty)
    let state = try restoration.finish()
    #expect(state.root == machine.appHash)
    let other = try LedgerStore(path: folder.file("other.sqlite"))
    try other.replace(with: state, chainID: "test-1", height: 1, time: 6_000, blockHash: .zero)
    #expect(try other.load()?.machine.appHash == machine.appHash)
    #expect(try records(of: other).map(\.value) == records(of: store).map(\.value))
  }

  @Test func aRestoredLedgerGoesOn() throws {
    var restoration = try SnapshotRestoration(snapshot, trusting: machine.appHash)
    for (index, chunk) in chunks.enumerated() { try restoration.apply(index: index, chunk: chunk) }
    let other = try LedgerStore(path: folder.file("other.sqlite"))
    try other.replace(with: restoration.finish(), chainID: "test-1", height: 1, time: 6_000, blockHash: .zero)
    var (left, right) = (machine, try #require(try other.load()).machine)
    let holder = try Holder(1)
    let block = Block(
      height: 2, time: 7_000, hash: .zero,
      transactions: [
        try holder.transfer(to: .zero, 5, nonce: 20, genesis: TestLedger.genesis([holder]))
      ])
    let result = try right.finalizeBlock(block)
    #expect(try left.finalizeBlock(block).appHash == result.appHash)
    try other.commit(result, chainID: "test-1", blockHash: .zero)
    #expect(try other.load()?.meta.appHash == result.appHash)
  }

  @Test func anAlteredChunkIsRefusedAtOnce() throws {
    var restoration = try SnapshotRestoration(snapshot, trusting: machine.appHash)
    for position in stride(from: 0, to: chunks[0].count, by: 7) {
      var altered = chunks[0]
      altered[position] ^= 1
      #expect(refusal { try restoration.apply(index: 0, chunk: altered) } == .chunkHash(index: 0))
    }
    #expect(refusal { try restoration.apply(index: 0, chunk: []) } == .chunkHash(index: 0))
    #expect(refusal { try restoration.apply(index: 1, chunk: chunks[0]) } == .index(1, count: 1))
    #expect(refusal { try restoration.apply(index: -1, chunk: chunks[0]) } == .index(-1, count: 1))
    #expect(restoration.missing == [0])
  }

  @Test func metadataThatLiesYieldsNothing() throws {
    var forged = snapshot
    forged.appHash = SHA256.hash([9])
    #expect(
      refusal { _ = try SnapshotRestoration(forged, trusting: machine.appHash) }
        == .otherAppHash(stated: forged.appHash, trusted: machine.appHash))

    var richer = SnapshotChunk()
    richer.append(key: [1], value: [2])
    forged = snapshot
    forged.chunkHashes = [SHA256.hash(richer.encoded())]
    forged.recordCount = 1
    var restoration = try SnapshotRestoration(forged, trusting: machine.appHash)
    try restoration.apply(index: 0, chunk: richer.encoded())
    guard case .otherState(_, machine.appHash) = refusal({ _ = try restoration.finish() }) else {
      Issue.record("taken")
      return
    }
    forged.recordCount = 2
    restoration = try SnapshotRestoration(forged, trusting: machine.appHash)
    try restoration.apply(index: 0, chunk: richer.encoded())
    #expect(refusal { _ = try restoration.finish() } == .records)
  }

  @Test func aMissingChunkIsMissed() throws {
    let restoration = try SnapshotRestoration(snapshot, trusting: machine.appHash)
    #expect(refusal { _ = try restoration.finish() } == .incomplete(missing: 1))
  }

  @Test func repeatedAndDisorderedRecordsAreNoChunk() throws {
    for keys in [[[1], [1]], [[2], [1]]] as [[[UInt8]]] {
      var chunk = SnapshotChunk()
      for key in keys { chunk.append(key: key, value: []) }
      #expect(throws: ByteReaderError.self) { try SnapshotChunk.records(of: chunk.encoded()) }
    }
    #expect(throws: ByteReaderError.self) {
      try SnapshotChunk.records(of: Array("RAZAOSC1".utf8) + [255, 255, 255, 255])
    }
    let honest = chunks[0]
    for length in stride(from: 0, to: honest.count, by: 3) {
      #expect(throws: ByteReaderError.self) { try SnapshotChunk.records(of: Array(honest[..<length])) }
    }
  }

  @Test func alteredMetadataNeverTraps() throws {
    let bytes = snapshot.encoded()
    for length in bytes.indices {
      #expect(throws: StateSnapshotError.self) { try StateSnapshot(decoding: Array(bytes[..<length])) }
    }
    #expect(throws: StateSnapshotError.self) { try StateSnapshot(decoding: bytes + [0]) }
    for position in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[position] ^= 1 << bit
        if let other = try? StateSnapshot(decoding: altered) {
          #expect(other.encoded() == altered)
          #expect(other.hash != snapshot.hash)
        }
      }
    }
    var other = bytes
    other[8] = 2
    #expect(refusal { _ = try StateSnapshot(decoding: other) } == .format(2))
  }

  @Test func chunksStayUnderTheirLimit() {
    var chunk = SnapshotChunk()
    let value = [UInt8](repeating: 1, count: 1 << 20)
    while chunk.hasRoom(key: [UInt8](repeating: 2, count: 32), value: value) {
      chunk.append(key: [UInt8](repeating: 2, count: 32), value: value)
    }
    #expect(chunk.count == 7)
    #expect(chunk.encoded().count <= StateSnapshot.chunkLimit)
  }

  @Test func blocksWrittenMeanwhileAreNotInTheSnapshot() throws {
    var machine = machine
    let keys = (0..<12).map { [StateTable.program.rawValue, UInt8($0)] }
    let value = [UInt8](repeating: 1, count: 1 << 20)
    var result = try machine.finalizeBlock(Block(height: 2, time: 7_000, hash: .zero, transactions: []))
    result.changes = keys.map { ($0, value) }
    try store.commit(result, chainID: "test-1", blockHash: .zero)
    machine.commit()
    var later = try machine.finalizeBlock(Block(height: 3, time: 8_000, hash: .zero, transactions: []))
    later.changes = keys.map { ($0, nil) }
    var found: [[UInt8]: [UInt8]] = [:]
    let snapshot = try store.freeze().snapshot { index, chunk throws(StateSnapshotError) in
      do {
        if index == 0 { try store.commit(later, chainID: "test-1", blockHash: .zero) }
        for (key, value) in try SnapshotChunk.records(of: chunk) { found[key] = value }
      } catch {
        throw .file(path: "", reason: "\(error)")
      }
    }
    #expect(snapshot?.height == 2)
    #expect(snapshot?.chunkHashes.count == 2)
    for key in keys { #expect(found[key] == value) }
    #expect(try store.meta()?.height == 3)
    #expect(try store.list(.program, limit: 100).isEmpty)
  }

  @Test func aFolderKeepsTheNewest() throws {
    var machine = machine
    let directory = SnapshotDirectory(path: folder.file("snapshots"), keeping: 2)
    #expect(directory.list().isEmpty)
    for height in 2...5 as ClosedRange<UInt64> {
      let result = try machine.finalizeBlock(Block(height: height, time: 6_000 + height, hash: .zero, transactions: []))
      try store.commit(result, chainID: "test-1", blockHash: .zero)
      machine.commit()
      #expect(try directory.take(from: store)?.height == height)
    }
    let listed = directory.list()
    #expect(listed.map(\.height) == [5, 4])
    for snapshot in listed {
      for (index, hash) in snapshot.chunkHashes.enumerated() {
        let chunk = directory.chunk(height: snapshot.height, format: 1, index: UInt32(index))
        #expect(chunk.map { SHA256.hash($0) } == hash)
      }
      #expect(directory.chunk(height: snapshot.height, format: 2, index: 0) == nil)
      #expect(directory.chunk(height: snapshot.height, format: 1, index: 9) == nil)
    }
    #expect(directory.chunk(height: 3, format: 1, index: 0) == nil)
    #expect(try SnapshotDirectory(path: folder.file("none")).take(from: LedgerStore(path: folder.file("n"))) == nil)
  }
}
