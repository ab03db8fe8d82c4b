import Glibc
import Hashing
import Ledger
import LedgerStore
import StrictJSON

/// Measures an embedded ledger on disk.
struct LedgerRun {
  /// The ledger's file.
  let path: String

  /// Begins a ledger.
  func make(accounts count: Int) throws -> JSON {
    let accounts = try LedgerAccounts(count: count)
    let began = ContinuousClock.now
    let ledger = try EmbeddedLedger(path: path, genesis: accounts.genesis, key: LedgerAccounts.operatorKey())
    try ledger.store.close()
    return ["nanoseconds": JSON(Self.nanoseconds(since: began))]
  }

  /// The start, blocks of transfers between accounts all over the state, proofs, and the memory of all that.
  func blocks(_ count: Int, transfers: Int, proofs: Int) async throws -> JSON {
    let accounts = try LedgerAccounts(count: LedgerAccounts.senderCount)
    let (ledger, start) = try open(accounts)
    var blocks: [JSON] = []
    for _ in 0..<count {
      for bytes in try await Self.batch(transfers, accounts, ledger) { _ = try await ledger.submit(bytes) }
      let began = ContinuousClock.now
      guard try await ledger.produceBlock()?.results.allSatisfy({ $0.refusal == nil }) == true else {
        throw BenchError(description: "a transfer was refused")
      }
      blocks.append(JSON(Self.nanoseconds(since: began)))
    }
    return [
      "start": JSON(start), "blocks": .array(blocks), "proof": JSON(try await Self.proofTime(ledger, count: proofs)),
      "peakBytes": JSON(Self.peakMemory()),
    ]
  }

  /// Transfers that many callers hand in as fast as they are taken, until the last is durable; a block each second.
  func speed(transfers: Int) async throws -> JSON {
    let accounts = try LedgerAccounts(count: LedgerAccounts.senderCount)
    let (ledger, _) = try open(accounts)
    let transactions = try await Self.batch(transfers, accounts, ledger)
    let before = try await ledger.status().height
    let began = ContinuousClock.now
    let blocks = Task { try await ledger.run() }
    try await Self.hand(in: transactions, to: ledger, callers: accounts.senderCount)
    blocks.cancel()
    try await blocks.value
    while try await ledger.produceBlock() != nil {}
    let time = Self.nanoseconds(since: began)
    let height = try await ledger.status().height
    let committed = try (before + 1...height).reduce(0) { sum, height in
      sum + (try ledger.store.transactions(at: height).count { $0.code == 0 })
    }
    guard committed == transfers else {
      throw BenchError(description: "\(committed) of \(transfers) transfers were committed")
    }
    return ["transfers": JSON(transfers), "nanoseconds": JSON(time), "blocks": JSON(height - before)]
  }

  private func open(_ accounts: LedgerAccounts) throws -> (ledger: EmbeddedLedger, nanoseconds: Int) {
    let began = ContinuousClock.now
    let ledger = try EmbeddedLedger(path: path, genesis: accounts.genesis, key: LedgerAccounts.operatorKey())
    return (ledger, Self.nanoseconds(since: began))
  }

  /// Signed transfers, the senders in turn, to holders all over the state.
  private static func batch(
    _ count: Int, _ accounts: LedgerAccounts, _ ledger: EmbeddedLedger
  ) async throws -> [[UInt8]] {
    var nonces: [UInt64] = []
    for sender in 0..<accounts.senderCount { nonces.append(try await accounts.nonce(of: sender, in: ledger)) }
    return try (0..<count).map { index in
      let sender = index % accounts.senderCount
      defer { nonces[sender] += 1 }
      let holder = accounts.senderCount + Int(UInt64(index) &* 0x9E37_79B9_7F4A_7C15 >> 44)
      return try accounts.transfer(from: sender, nonce: nonces[sender], to: LedgerAccounts.holder(holder))
    }
  }

  /// Each caller hands in one sender's transfers, one after the other is taken.
  private static func hand(in transactions: [[UInt8]], to ledger: EmbeddedLedger, callers: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        group.addTask {
          for index in stride(from: caller, to: transactions.count, by: callers) {
            _ = try await ledger.submit(transactions[index])
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Nanoseconds of one proof, made and checked against the app hash.
  private static func proofTime(_ ledger: EmbeddedLedger, count: Int) async throws -> Int {
    let began = ContinuousClock.now
    for number in 0..<count {
      let key = StateKey<Account>.account(LedgerAccounts.holder(LedgerAccounts.senderCount + number)).bytes
      try await ledger.query(key).verify()
    }
    return nanoseconds(since: began) / count
  }

  private static func nanoseconds(since start: ContinuousClock.Instant) -> Int {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }

  /// The most memory that this process has held, in bytes.
  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1_024
  }
}
