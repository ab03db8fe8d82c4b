import Glibc
import Hashing
import Ledger
import Receipts
import Synchronization

/// A ledger in one process: a mempool, a block when there is something to put in it, signed by one operator's key.
///
/// The state machine is the one that consensus drives; what differs is who decides the order. Submissions are checked
/// in batches, their signatures on all cores, also while the block before is being written; a block is answered for
/// only when it is on the disk. Queries read the last commit without waiting for any of this.
package actor EmbeddedLedger {
  /// Whose signature stands under every block.
  package nonisolated let operatorKey: PublicKey
  /// For listings, histories and explanations.
  package nonisolated let store: LedgerStore
  nonisolated let view: Mutex<CommittedView>
  private let key: SigningKey
  /// Milliseconds since 1970.
  private let clock: @Sendable () -> UInt64

  private var machine: LedgerMachine
  private var previous: Digest
  private var mempool = Mempool()
  private var inbox: [Submission] = []
  private var isChecking = false
  private var isProducing = false
  private var stopReason: String?
  private var blockCount: UInt64 = 0
  private var blockTime = Duration.zero
  var waiting = WaitingRoom()

  /// What queries read: the state after a block.
  struct CommittedView: Sendable {
    let machine: LedgerMachine

    /// A machine at the same commit without what the other one remembers for its next block.
    init(_ machine: LedgerMachine) {
      self.machine = LedgerMachine(
        chainID: machine.chainID, height: machine.height, time: machine.time, committed: machine.committed)
    }
  }

  private struct Submission {
    let bytes: [UInt8]
    let answer: CheckedContinuation<TransactionResult, Never>
  }

  /// Opens a ledger, or begins one with its genesis.
  /// - Parameters:
  ///   - genesis: of an existing ledger only the chain id is compared.
  ///   - clock: milliseconds since 1970; a block's time is later than the one before in any case.
  package init(
    path: String, genesis: Genesis, key: consuming SigningKey, clock: @escaping @Sendable () -> UInt64 = systemTime
  ) throws(EmbeddedLedgerError) {
    let (store, publicKey) = (try Self.open(path), key.publicKey)
    let (machine, hash) =
      if let stored = try Self.load(store) {
        try Self.resume(stored, store, chainID: genesis.chainID, operatorKey: publicKey)
      } else {
        try Self.begin(genesis, store, key)
      }
    self.store = store
    self.machine = machine
    self.clock = clock
    previous = hash
    operatorKey = publicKey
    view = Mutex(CommittedView(machine))
    self.key = key
  }

  /// Milliseconds since 1970 by the system's clock.
  package static func systemTime() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec) * 1_000 + UInt64(clamping: now.tv_nsec) / 1_000_000
  }

  private static func open(_ path: String) throws(EmbeddedLedgerError) -> LedgerStore {
    do { return try LedgerStore(path: path) } catch { throw .store(error) }
  }

  private static func load(_ store: LedgerStore) throws(EmbeddedLedgerError) -> StoredLedger? {
    do { return try store.load() } catch { throw .store(error) }
  }

  private static func resume(
    _ stored: StoredLedger, _ store: LedgerStore, chainID: String, operatorKey: PublicKey
  ) throws(EmbeddedLedgerError) -> (LedgerMachine, Digest) {
    let meta = stored.meta
    guard meta.chainID == chainID else {
      throw .store(.otherChain(path: store.path, stored: meta.chainID, wanted: chainID))
    }
    let block: StoredBlock?
    do { block = try store.block(at: meta.height) } catch { throw .store(error) }
    guard let bytes = block?.header, let header = try? SignedBlockHeader(decoding: bytes),
      header.isSigned(by: operatorKey), header.blockHash == meta.blockHash, header.body.height == meta.height,
      header.body.time == meta.time, header.body.appHash == meta.appHash
    else { throw .otherOperator(path: store.path) }
    return (stored.machine, meta.blockHash)
  }

  private static func begin(
    _ genesis: Genesis, _ store: LedgerStore, _ key: borrowing SigningKey
  ) throws(EmbeddedLedgerError) -> (LedgerMachine, Digest) {
    let machine: LedgerMachine
    let first: BlockResult
    do { (machine, first) = try LedgerMachine.start(genesis) } catch { throw .fault(error) }
    let header = try signed(BlockHeader(first, chain: genesis.chain, previous: .zero), key)
    do {
      try store.commit(first, chainID: genesis.chainID, blockHash: header.blockHash, header: header.encoded())
    } catch {
      throw .store(error)
    }
    return (machine, header.blockHash)
  }

  private static func signed(
    _ header: BlockHeader, _ key: borrowing SigningKey
  ) throws(EmbeddedLedgerError) -> SignedBlockHeader {
    do { return try key.sign(header) } catch { throw .signing(error) }
  }
}

extension EmbeddedLedger {
  /// Checks a transaction and lets it wait for the next block.
  /// - Returns: what the check says; a transaction that waits already is simply taken.
  /// - Throws: `unreachable` once the ledger has stopped; `refused` when too many wait.
  func check(_ bytes: [UInt8]) async throws(LedgerClientError) -> Digest {
    if let stopReason { throw .unreachable(stopReason) }
    let id = SignedTransaction.id(of: bytes)
    if mempool.contains(id) { return id }
    guard !mempool.isFull else { throw Self.refused(Refusal(.fullMempool)) }
    let result = await withCheckedContinuation { answer in
      inbox.append(Submission(bytes: bytes, answer: answer))
      checkInbox()
    }
    if let refusal = result.refusal { throw Self.refused(refusal) }
    return id
  }

  private static func refused(_ refusal: Refusal) -> LedgerClientError {
    .refused(code: refusal.code.number, detail: refusal.description)
  }

  private func checkInbox() {
    guard !isChecking else { return }
    isChecking = true
    Task { await checkAll() }
  }

  private static let gatheringTime = Duration.milliseconds(2)

  /// Checks what has come together since the last time, all at once.
  private func checkAll() async {
    while !inbox.isEmpty {
      let batch = inbox
      inbox = []
      let results = machine.checkTransactions(batch.map(\.bytes), now: clock())
      for (submission, result) in zip(batch, results) {
        if result.refusal == nil { mempool.append(submission.bytes, id: result.id) }
        submission.answer.resume(returning: result)
      }
      // Whoever was answered may hand in the next one: many checked at once keep all cores busy, one keeps one.
      if batch.count > 1 { try? await Task.sleep(for: Self.gatheringTime) } else { await Task.yield() }
    }
    isChecking = false
  }

  /// Makes a block of what waits.
  /// - Returns: the block, durable; nil when nothing waits or another block is under way.
  /// - Throws: `store` when it could not be written. With a full disk what waits goes on waiting and the next try may
  ///   succeed; after any other failure the ledger has stopped.
  @discardableResult
  package func produceBlock() async throws(EmbeddedLedgerError) -> BlockResult? {
    if let stopReason { throw .stopped(stopReason) }
    guard !isProducing, !mempool.isEmpty else { return nil }
    isProducing = true
    defer { isProducing = false }
    let transactions = mempool.takeBlock()
    let start = ContinuousClock.now
    do throws(EmbeddedLedgerError) {
      let result = try workOut(transactions)
      let header = try Self.signed(BlockHeader(result, chain: machine.chain, previous: previous), key)
      try await makeDurable(result, header)
      adopt(result, header)
      blockCount += 1
      blockTime += ContinuousClock.now - start
      return result
    } catch {
      mempool.putBack(transactions)
      if case .store(.full) = error { throw error }
      stopReason = "\(error)"
      waiting.leaveAll()
      throw error
    }
  }

  /// What is measured of the ledger since it was opened: transactions that wait, records of the state, blocks, and the
  /// time that these took from the first transaction's turn until they were durable.
  package func figures() -> (waiting: Int, stateEntries: Int, blocks: UInt64, blockMicroseconds: UInt64) {
    let (seconds, attoseconds) = blockTime.components
    return (
      mempool.transactions.count, machine.committed.count, blockCount,
      UInt64(clamping: seconds) * 1_000_000 + UInt64(clamping: attoseconds / 1_000_000_000_000)
    )
  }

  private func workOut(_ transactions: [[UInt8]]) throws(EmbeddedLedgerError) -> BlockResult {
    let (height, time) = (machine.height + 1, max(clock(), machine.time + 1))
    let hash = BlockHeader.inputHash(
      chain: machine.chain, height: height, time: time, previous: previous, transactions: transactions)
    do {
      return try machine.finalizeBlock(Block(height: height, time: time, hash: hash, transactions: transactions))
    } catch {
      throw .fault(error)
    }
  }

  /// Pages of the store's log that stay there until a block has been answered for.
  private static let logPageCount = 4_096

  /// Writes on a thread of its own: meanwhile the next transactions are checked.
  private func makeDurable(
    _ result: BlockResult, _ header: SignedBlockHeader
  ) async throws(EmbeddedLedgerError) {
    let (store, chainID) = (store, machine.chainID)
    let outcome: Result<Void, LedgerStoreError> = await DurableWrites.run { () throws(LedgerStoreError) in
      try store.commit(result, chainID: chainID, blockHash: header.blockHash, header: header.encoded())
    }
    if case .failure(let error) = outcome { throw .store(error) }
    DurableWrites.afterwards { store.checkpoint(above: Self.logPageCount) }
  }

  /// Takes a durable block over; what came meanwhile is checked again on top of it.
  private func adopt(_ result: BlockResult, _ header: SignedBlockHeader) {
    machine.commit()
    previous = header.blockHash
    view.withLock { $0 = CommittedView(machine) }
    mempool.forget(result.results.map(\.id))
    let left = mempool.transactions
    mempool.removeAll()
    for (bytes, outcome) in zip(left, machine.checkTransactions(left, now: clock())) where outcome.refusal == nil {
      mempool.append(bytes, id: outcome.id)
    }
    waiting.leave(result)
  }
}
