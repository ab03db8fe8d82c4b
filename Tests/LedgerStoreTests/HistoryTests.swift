import GRDB
import Hashing
import Ledger
import LedgerStore
import Testing

@Suite struct HistoryTests {
  private let folder: TemporaryFolder
  private let store: LedgerStore
  private let machine: LedgerMachine

  init() throws {
    folder = try TemporaryFolder()
    (store, machine) = try TestLedger.stored(at: folder.file("ledger.sqlite"), transfers: 12)
  }

  @Test func entriesExplainEveryBalance() throws {
    for (key, value) in try store.list(.account, limit: 100) {
      let account = try #require(Digest(key.dropFirst()))
      let entries = try store.entries(of: account, limit: 1_000)
      let raz = entries.filter { $0.entry.token == .raz }.reduce(Int128(0)) { $0 + $1.entry.amount }
      #expect(raz == Int128(try Account(decoding: value).raz))
      #expect(entries.allSatisfy { $0.entry.account == account })
    }
  }

  @Test func entriesComeInPagesTheNewestFirst() throws {
    let account = try Holder(1).account
    let all = try store.entries(of: account, limit: 1_000)
    #expect(all.count == 25)
    #expect(all.map(\.sequence) == all.map(\.sequence).sorted(by: >))
    #expect(all.last?.entry.cause == .genesis)
    #expect(all.last?.position == nil)
    let first = try store.entries(of: account, limit: 10)
    let second = try store.entries(of: account, before: first.last?.sequence ?? 0, limit: 1_000)
    #expect(first + second == all)
    #expect(try store.entries(of: .zero, limit: 10).isEmpty)
    // A number between two of the account's own, and one of another account.
    let between = second[0].sequence - 1
    #expect(
      try store.entries(of: account, before: between, limit: 3) == Array(all.filter { $0.sequence < between }.prefix(3))
    )
    #expect(try store.entries(of: account, before: 1, limit: 3).isEmpty)
    #expect(try store.entries(of: account, before: 1 << 62, limit: 1_000) == all)
  }

  @Test func aChainThatLeadsNowhereOrInCirclesIsNotFollowed() throws {
    let account = try Holder(1).account
    try DatabaseQueue(path: store.path).write { try $0.execute(sql: "UPDATE entry SET previous = sequence") }
    #expect(throws: LedgerStoreError.self) { try store.entries(of: account, limit: 10) }
    try DatabaseQueue(path: store.path).write { try $0.execute(sql: "DELETE FROM entry") }
    #expect(try store.entries(of: account, limit: 10).isEmpty)
  }

  @Test func transactionsAreFoundByIdAndByBlock() throws {
    let block = try #require(try store.block(at: 1))
    #expect(block.transactionCount == 12)
    #expect(block.appHash == machine.appHash)
    let transactions = try store.transactions(at: 1)
    #expect(transactions.map(\.position) == Array(0..<12))
    for transaction in transactions {
      #expect(transaction.id == SHA256.hash(transaction.bytes))
      #expect(try store.transaction(transaction.id) == transaction)
      #expect(transaction.code == 0)
    }
    #expect(try store.transaction(.zero) == nil)
    #expect(try store.transactions(at: 0).isEmpty)
    #expect(try store.transactions(at: 7).isEmpty)
    #expect(try store.block(at: 7) == nil)
    #expect(try store.blocks(limit: 10).map(\.height) == [1, 0])
    #expect(try store.blocks(below: 1, limit: 10).map(\.height) == [0])
    #expect(try store.block(at: .max) == nil)
  }

  @Test func listingsGoOnAfterACursor() throws {
    let all = try store.list(.account, limit: 100)
    #expect(all.count == 13)
    #expect(all.allSatisfy { $0.key.first == StateTable.account.rawValue })
    for (left, right) in zip(all, all.dropFirst()) { #expect(left.key.lexicographicallyPrecedes(right.key)) }
    var paged: [[UInt8]] = []
    while true {
      let page = try store.list(.account, after: paged.last ?? [], limit: 4)
      if page.isEmpty { break }
      paged += page.map(\.key)
    }
    #expect(paged == all.map(\.key))
    #expect(try store.list(.provider, limit: 10).isEmpty)
    #expect(try store.list(.account, after: [0xFF], limit: 10).isEmpty)
    #expect(try store.list(.account, after: [0], limit: 100).count == 13)
  }

  @Test func amountsBeyond63BitsComeBack() throws {
    var (machine, store) = (machine, store)
    var result = try machine.finalizeBlock(Block(height: 2, time: 9_000, hash: .zero, transactions: []))
    let account = SHA256.hash([3])
    for amount in [Int128(UInt64.max), -Int128(UInt64.max), Int128(Int64.min), 0] {
      result.entries.append(
        Entry(account: account, token: .credit, amount: amount, cause: .creditsBought, reference: .zero))
    }
    result.events.append(LedgerEvent("seen", [MessageField("a", "ü\n"), MessageField("b", "")]))
    try store.commit(result, chainID: "test-1", blockHash: .zero)
    #expect(
      try store.entries(of: account, limit: 4).map(\.entry.amount)
        == [0, Int128(Int64.min), -Int128(UInt64.max), Int128(UInt64.max)])
    let events = try store.events(after: 0, limit: 1_000)
    #expect(events.last?.event == LedgerEvent("seen", [MessageField("a", "ü\n"), MessageField("b", "")]))
    #expect(events.last?.height == 2)
    #expect(try store.events(after: events.last?.sequence ?? 0, limit: 10).isEmpty)
    machine.commit()
    store = self.store
  }
}
