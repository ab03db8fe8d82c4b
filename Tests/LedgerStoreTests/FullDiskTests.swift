import Hashing
import Ledger
import Testing

@testable import LedgerStore

@Suite struct FullDiskTests {
  private let folder: TemporaryFolder
  private let holder: Holder
  private let genesis: Genesis
  private let ledger: EmbeddedLedger

  init() throws {
    folder = try TemporaryFolder()
    holder = try Holder(1)
    genesis = TestLedger.genesis([holder])
    ledger = try EmbeddedLedger(path: folder.file("ledger"), genesis: genesis, key: TestLedger.key(), clock: { 1 })
  }

  /// The file may have so many pages from now on; 0 for as many as it has.
  private func limit(pages: Int) throws {
    try ledger.store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(max(1, pages))") }
  }

  private func submit(_ nonces: Range<UInt64>) async throws {
    for nonce in nonces {
      _ = try await ledger.submit(
        holder.transfer(to: SHA256.hash(nonce.keyBytes), 1, nonce: nonce, genesis: genesis))
    }
  }

  @Test func whatWaitsGoesOnWaitingUntilThereIsRoom() async throws {
    try limit(pages: 0)
    try await submit(0..<200)
    let before = try await ledger.status()
    for _ in 0..<2 {
      await #expect(throws: EmbeddedLedgerError.store(.full(path: folder.file("ledger")))) {
        try await ledger.produceBlock()
      }
    }
    #expect(try await ledger.status() == before)
    #expect(try ledger.store.load()?.meta.appHash == before.appHash)
    try await submit(200..<210)
    #expect(await ledger.figures().waiting == 210)
    try limit(pages: 1 << 30)
    #expect(try await ledger.produceBlock()?.results.count { $0.code == 0 } == 210)
    #expect(await ledger.figures().blocks == 1)
    #expect(try Conservation.total(records(of: ledger.store)) == .none)
  }

  @Test func aLedgerThatHasFallenOutOfStepStops() async throws {
    try await submit(0..<1)
    var machine = try #require(try ledger.store.load()).machine
    let result = try machine.finalizeBlock(Block(height: 1, time: 9_000, hash: .zero, transactions: []))
    try ledger.store.commit(result, chainID: genesis.chainID, blockHash: .zero)
    await #expect(throws: EmbeddedLedgerError.store(.outOfStep(path: folder.file("ledger"), height: 1))) {
      try await ledger.produceBlock()
    }
    await #expect(throws: EmbeddedLedgerError.self) { try await ledger.produceBlock() }
    await #expect(throws: LedgerClientError.self) { try await submit(1..<2) }
    #expect(try await ledger.status().height == 0)
  }
}
