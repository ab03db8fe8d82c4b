import Hashing

/// The ledger as a deterministic state machine in the shape of ABCI 2.0: values in, values out; no clock, no file, no
/// order of a dictionary. Whoever drives it gives it blocks and makes its commits durable.
public struct LedgerMachine: Sendable {
  /// Bytes of one transaction more than this never enter a block.
  public static let applicationVersion: UInt64 = 1

  public let chainID: String
  /// H("razao/chain/1", chain id); what transactions and receipts name.
  public let chain: Digest
  /// 0 before the first block.
  public private(set) var height: UInt64
  /// Milliseconds since 1970, of the last block.
  public private(set) var time: UInt64
  /// The state after the last commit.
  public private(set) var committed: CommittedState
  private var pending: BlockResult?
  private var pendingState: CommittedState?
  private var mempool: LedgerContext?
  private var verified = VerifiedTransactions()

  /// A machine that goes on from a commit.
  public init(chainID: String, height: UInt64, time: UInt64, committed: CommittedState) {
    self.chainID = chainID
    chain = Genesis.chain(chainID)
    self.height = height
    self.time = time
    self.committed = committed
  }

  /// A machine at its genesis: height 0, nothing durable yet.
  /// - Returns: the machine and what its first commit must store.
  public static func start(_ genesis: Genesis) throws(LedgerFault) -> (machine: LedgerMachine, first: BlockResult) {
    var machine = LedgerMachine(
      chainID: genesis.chainID, height: 0, time: genesis.time, committed: CommittedState())
    let block = Block(height: 0, time: genesis.time, hash: .zero, transactions: [])
    var ledger = machine.context(block, parameters: genesis.parameters)
    try BlockRules.initialise(genesis, &ledger)
    let result = try machine.finish(block, [], ledger, updates: BlockRules.validators(of: genesis))
    machine.committed = machine.pendingState ?? machine.committed
    (machine.pending, machine.pendingState) = (nil, nil)
    return (machine, result)
  }

  /// Root of the committed state.
  public var appHash: Digest { committed.root }

  /// A context on the committed state.
  private func context(_ block: Block, parameters: Parameters? = nil) -> LedgerContext {
    var state = WorkingState(source: committed)
    let parameters = parameters ?? state.get(.parameters) ?? Parameters()
    return LedgerContext(
      state: state, block: BlockContext(chain: chain, height: block.height, time: block.time, hash: block.hash),
      parameters: parameters)
  }

  /// The filter before the mempool: what a block would say now, after the transactions that wait already.
  /// - Parameter now: the driver's clock, milliseconds since 1970. The filter only advises, so it may look at a clock; an
  ///   idle ledger makes no block, and without it what waits for a time would be refused for ever.
  public mutating func checkTransaction(_ bytes: [UInt8], now: UInt64 = 0) -> TransactionResult {
    switch SignatureChecks.outcome(of: bytes, known: verified) {
    case .failure(let refusal): return .refused(SignedTransaction.id(of: bytes), refusal)
    case .success(let signed): return check(signed, now: now)
    }
  }

  /// The same for many, their signatures on all cores.
  public mutating func checkTransactions(_ transactions: [[UInt8]], now: UInt64 = 0) -> [TransactionResult] {
    let outcomes = SignatureChecks.outcomes(of: transactions, known: verified)
    return zip(transactions, outcomes).map { bytes, outcome in
      switch outcome {
      case .failure(let refusal): .refused(SignedTransaction.id(of: bytes), refusal)
      case .success(let signed): check(signed, now: now)
      }
    }
  }

  private mutating func check(_ signed: SignedTransaction, now: UInt64) -> TransactionResult {
    verified.insert(signed.id)
    let next = context(Block(height: height + 1, time: max(time + 1, now), hash: .zero, transactions: []))
    var ledger = mempool.map { LedgerContext(state: $0.state, block: next.block, parameters: next.parameters) } ?? next
    mempool = nil
    let result = Execution.rehearse(signed, in: &ledger)
    mempool = ledger
    return result
  }

  /// The transactions that a proposer puts into a block: those that can be read, in their order, while they fit.
  /// - Parameter byteLimit: with protobuf's overhead for each.
  public func prepareProposal(_ transactions: [[UInt8]], byteLimit: Int) -> [[UInt8]] {
    var left = byteLimit
    var chosen: [[UInt8]] = []
    for bytes in transactions where bytes.count <= Transaction.byteLimit {
      let size = 1 + (bytes.count < 128 ? 1 : bytes.count < 16_384 ? 2 : 3) + bytes.count
      guard size <= left else { continue }
      guard (try? SignedTransaction(decoding: bytes)) != nil else { continue }
      left -= size
      chosen.append(bytes)
    }
    return chosen
  }

  /// Whether a proposal is what an honest proposer makes: every transaction can be read.
  public func processProposal(_ transactions: [[UInt8]]) -> Bool {
    transactions.allSatisfy { (try? SignedTransaction(decoding: $0)) != nil }
  }

  /// Works a block out. Nothing is committed; a second block of the same height replaces it.
  /// - Throws: `LedgerFault`, after which the machine must not go on.
  public mutating func finalizeBlock(_ block: Block) throws(LedgerFault) -> BlockResult {
    guard block.height == height + 1 else { throw .height(expected: height + 1, got: block.height) }
    var ledger = context(block)
    BlockRules.begin(block, &ledger)
    let start = ledger.mark
    let outcomes = SignatureChecks.outcomes(of: block.transactions, known: verified)
    var results: [TransactionResult] = []
    results.reserveCapacity(outcomes.count)
    for (bytes, outcome) in zip(block.transactions, outcomes) {
      switch outcome {
      case .failure(let refusal): results.append(.refused(SignedTransaction.id(of: bytes), refusal))
      case .success(let signed): results.append(Execution.run(signed, in: &ledger))
      }
    }
    let ofTransactions = ledger.mark
    let updates = BlockRules.end(block, &ledger)
    ledger.forget(from: start, to: ofTransactions)
    return try finish(block, results, ledger, updates: updates)
  }

  private mutating func finish(
    _ block: Block, _ results: [TransactionResult], _ ledger: LedgerContext, updates: [ValidatorUpdate]
  ) throws(LedgerFault) -> BlockResult {
    if let fault = ledger.state.fault { throw fault }
    let changes = ledger.state.effectiveChanges
    try Conservation.check(changes, before: committed, height: block.height)
    let state = committed.applying(changes)
    let result = BlockResult(
      block: block, results: results, entries: ledger.entries, events: ledger.events, validatorUpdates: updates,
      appHash: state.root, changes: changes)
    (pending, pendingState) = (result, state)
    return result
  }

  /// Takes the last finalised block over. The driver has made it durable, or does so before it answers.
  /// - Returns: the block, or `nil` when none was finalised.
  @discardableResult
  public mutating func commit() -> BlockResult? {
    guard let result = pending, let state = pendingState else { return nil }
    committed = state
    height = result.block.height
    time = result.block.time
    (pending, pendingState, mempool) = (nil, nil, nil)
    return result
  }

  /// A committed value and its proof.
  public func query(_ key: [UInt8]) -> ProvenValue {
    ProvenValue(
      key: key, value: committed.value(key), height: height, appHash: committed.root, proof: committed.proof(of: key))
  }
}

extension TransactionResult {
  static func refused(_ id: Digest, _ refusal: Refusal) -> TransactionResult {
    TransactionResult(id: id, refusal: refusal, gas: 0, entries: [], events: [])
  }
}
