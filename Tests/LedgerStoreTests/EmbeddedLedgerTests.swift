import Hashing
import Ledger
import LedgerStore
import Receipts
import Testing

@Suite struct EmbeddedLedgerTests {
  private let folder: TemporaryFolder
  private let path: String
  private let holder: Holder
  private let genesis: Genesis

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("ledger.sqlite")
    holder = try Holder(1)
    genesis = TestLedger.genesis([holder, try Holder(2)])
  }

  private func open(key: UInt8 = 99) throws -> EmbeddedLedger {
    try EmbeddedLedger(path: path, genesis: genesis, key: TestLedger.key(key), clock: { 1 })
  }

  private func transfer(_ nonce: UInt64, amount: UInt64 = 1_000) throws -> [UInt8] {
    try holder.transfer(to: SHA256.hash([7]), amount, nonce: nonce, genesis: genesis)
  }

  @Test func aTransferGoesIntoABlockAndIsProven() async throws {
    let ledger = try open()
    let before = try await ledger.status()
    #expect(before.height == 0)
    #expect(before.engine == .embedded)
    let id = try await ledger.submit(transfer(0))
    let result = try await ledger.produceBlock()
    #expect(result?.results.map(\.id) == [id])
    let place = try await ledger.place(of: id, timeout: .seconds(5))
    #expect(place == TransactionPlace(id: id, height: 1, code: 0, detail: ""))
    let status = try await ledger.status()
    #expect(status.height == 1)
    #expect(status.time == 5_001)
    let proven = try await ledger.query(StateKey<Account>.account(SHA256.hash([7])).bytes)
    try proven.verify()
    #expect(proven.appHash == status.appHash)
    #expect(try await ledger.get(.account(SHA256.hash([7])))?.raz == 1_000)
    let absent = try await ledger.query(StateKey<Account>.account(.zero).bytes)
    try absent.verify()
    #expect(absent.value == nil)
    #expect(try await ledger.list(.account, after: [], limit: 10).count == 3)
  }

  @Test func anIdleLedgerMakesNoBlock() async throws {
    let ledger = try open()
    #expect(try await ledger.produceBlock() == nil)
    let task = Task { try await ledger.run(interval: .milliseconds(2)) }
    try await Task.sleep(for: .milliseconds(50))
    #expect(try await ledger.status().height == 0)
    let id = try await ledger.submit(transfer(0))
    #expect(try await ledger.place(of: id, timeout: .seconds(20)).height == 1)
    try await Task.sleep(for: .milliseconds(50))
    #expect(try await ledger.status().height == 1)
    task.cancel()
    try await task.value
  }

  @Test func refusedTransactionsNeverWait() async throws {
    let ledger = try open()
    var forged = try transfer(0)
    forged[forged.count - 1] ^= 1
    await #expect(throws: LedgerClientError.self) { try await ledger.submit(forged) }
    await #expect(throws: LedgerClientError.self) { try await ledger.submit(transfer(5)) }
    await #expect(throws: LedgerClientError.self) { try await ledger.submit([]) }
    await #expect(throws: LedgerClientError.self) { try await ledger.submit(transfer(0, amount: .max)) }
    #expect(try await ledger.produceBlock() == nil)
  }

  @Test func aRefusedTransactionLeavesTheNonceFree() async throws {
    let ledger = try open()
    for _ in 0..<3 {
      await #expect(throws: LedgerClientError.self) { try await ledger.submit(transfer(0, amount: .max)) }
    }
    _ = try await ledger.submit(transfer(0))
    #expect(try await ledger.produceBlock()?.results.map(\.code) == [0])
  }

  @Test func aTransactionHandedInTwiceIsInOneBlockOnce() async throws {
    let ledger = try open()
    let first = try await ledger.submit(transfer(0))
    #expect(try await ledger.submit(transfer(0)) == first)
    #expect(try await ledger.produceBlock()?.results.count == 1)
    await #expect(throws: LedgerClientError.self) { try await ledger.submit(transfer(0)) }
  }

  @Test func anUnknownTransactionsPlaceIsNotWaitedForLonger() async throws {
    let ledger = try open()
    await #expect(throws: LedgerClientError.timeout("the transaction \(Digest.zero) is in no block yet")) {
      try await ledger.place(of: .zero, timeout: .milliseconds(10))
    }
    await #expect(throws: LedgerClientError.self) { try await ledger.place(of: .zero, timeout: .zero) }
    #expect(try await ledger.events(after: 1 << 40, wait: .milliseconds(10)).isEmpty)
  }

  @Test func headersAreChainedAndSigned() async throws {
    let ledger = try open()
    for nonce in 0..<4 as Range<UInt64> {
      _ = try await ledger.submit(transfer(nonce))
      try await ledger.produceBlock()
    }
    var previous = Digest.zero
    for height in 0...4 as ClosedRange<UInt64> {
      let block = try #require(try ledger.store.block(at: height))
      let header = try SignedBlockHeader(decoding: try #require(block.header))
      #expect(header.isSigned(by: ledger.operatorKey))
      #expect(header.body.previous == previous)
      #expect(header.body.height == height)
      #expect(header.body.appHash == block.appHash)
      #expect(header.blockHash == block.hash)
      let transactions = try ledger.store.transactions(at: height)
      #expect(header.body.transactionsRoot == Merkle.root(of: transactions.map { SHA256.hash($0.bytes) }))
      let results = transactions.map { BlockHeader.resultHash(code: $0.code, gas: $0.gas) }
      #expect(header.body.resultsRoot == Merkle.root(of: results))
      previous = header.blockHash
    }
  }

  @Test func aRestartGoesOnWhereItWas() async throws {
    var hash = Digest.zero
    do {
      let ledger = try open()
      _ = try await ledger.submit(transfer(0))
      try await ledger.produceBlock()
      hash = try await ledger.status().appHash
    }
    let ledger = try open()
    #expect(try await ledger.status().appHash == hash)
    #expect(try await ledger.status().height == 1)
    _ = try await ledger.submit(transfer(1))
    #expect(try await ledger.produceBlock()?.block.height == 2)
  }

  @Test func anotherOperatorsLedgerIsNotContinued() throws {
    _ = try open()
    #expect(throws: EmbeddedLedgerError.otherOperator(path: path)) { try open(key: 98) }
  }

  @Test func anotherChainsLedgerIsNotContinued() throws {
    _ = try open()
    let other = Genesis(chainID: "test-2", holders: [])
    #expect(throws: EmbeddedLedgerError.store(.otherChain(path: path, stored: "test-1", wanted: "test-2"))) {
      try EmbeddedLedger(path: path, genesis: other, key: TestLedger.key())
    }
  }

  @Test func manyCallersAreServedTogether() async throws {
    let ledger = try open()
    let genesis = genesis
    let senders = try (1...2).map { try Holder($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sender in senders {
        group.addTask {
          for nonce in 0..<100 as Range<UInt64> {
            _ = try await ledger.submit(sender.transfer(to: .zero, 1, nonce: nonce, genesis: genesis))
          }
        }
      }
      group.addTask {
        while try await (ledger.get(.account(.zero)) as Account?)?.raz != 200 {
          try await ledger.produceBlock()
          try await Task.sleep(for: .milliseconds(1))
        }
      }
      try await group.waitForAll()
    }
    #expect(try Conservation.total(records(of: ledger.store)) == .none)
    #expect(try await ledger.status().height >= 1)
  }
}
