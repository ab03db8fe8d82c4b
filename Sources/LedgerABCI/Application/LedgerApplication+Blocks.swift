import ABCI
import Hashing
import Ledger
import LedgerStore

/// From the chain's beginning to a committed block.
extension LedgerApplication {
  /// Starts over from the genesis; again and again, as long as no block was committed.
  func initialise(_ request: InitChainRequest, _ core: inout Core) throws(ABCIFault) -> InitChainResponse {
    if let height = core.machine?.height, height > 0 {
      throw ABCIFault(
        "the engine begins the chain anew, but \(store.path) has \(height) blocks; remove it to replay them")
    }
    guard request.initialHeight <= 1 else { throw ABCIFault("the chain must begin at height 1") }
    if let wanted = configuration.chainID, !wanted.utf8.elementsEqual(request.chainID.utf8) {
      throw ABCIFault("the engine starts the chain \(request.chainID); this node is of the chain \(wanted)")
    }
    let first: BlockResult
    let time = try request.time.genesisMilliseconds
    do throws(LedgerFault) {
      let genesis = try Genesis(
        chainID: request.chainID, time: time,
        appState: request.appState.isEmpty ? Array("{}".utf8) : request.appState)
      (core.machine, first) = try Self.start(genesis)
    } catch {
      throw ABCIFault("\(error)")
    }
    (core.finalized, core.restoration) = (nil, nil)
    try persist(first, request.chainID)
    publish(core)
    let updates = try first.validatorUpdates.map { update throws(ABCIFault) in try update.engineValue }
    return InitChainResponse {
      $0.consensusParameters = Self.parameters(besides: request.consensusParameters)
      $0.validators = updates
      $0.appHash = first.appHash.bytes
    }
  }

  private static func start(_ genesis: Genesis) throws(LedgerFault) -> (LedgerMachine?, BlockResult) {
    let (machine, first) = try LedgerMachine.start(genesis)
    return (machine, first)
  }

  /// The engine keeps the genesis file's parameters, but for the application's version: if that is another number than
  /// Info's, a node that was rolled back cannot start again.
  private static func parameters(besides genesis: ConsensusParameters?) -> ConsensusParameters? {
    guard genesis?.version?.app != LedgerMachine.applicationVersion else { return nil }
    return ConsensusParameters {
      $0.version = VersionParameters { $0.app = LedgerMachine.applicationVersion }
    }
  }

  /// The filter before the mempool. It promises nothing: the block decides.
  func check(_ transaction: [UInt8], _ core: inout Core) throws(ABCIFault) -> CheckTxResponse {
    try withMachine(&core) { machine in
      machine.checkTransaction(transaction, now: EmbeddedLedger.systemTime()).engineValue
    }
  }

  func prepare(_ proposal: PrepareProposalRequest, _ core: inout Core) throws(ABCIFault) -> PrepareProposalResponse {
    try withMachine(&core) { machine in
      PrepareProposalResponse {
        $0.transactions = machine.prepareProposal(
          proposal.transactions, byteLimit: Int(clamping: max(0, proposal.maximumByteCount)))
      }
    }
  }

  func process(_ block: ProcessProposalRequest, _ core: inout Core) throws(ABCIFault) -> ProcessProposalResponse {
    try withMachine(&core) { machine in
      let isReadable = machine.processProposal(block.transactions)
      return ProcessProposalResponse { $0.status = isReadable ? Verdict.accept : Verdict.reject }
    }
  }

  /// Works a decided block out. Nothing is durable yet; the same or another block of this height may follow.
  func finalize(_ request: FinalizeBlockRequest, _ core: inout Core) throws(ABCIFault) -> FinalizeBlockResponse {
    let block = try request.ledgerValue
    core.finalized = nil
    let result = try withMachine(&core) { machine throws(ABCIFault) in
      do throws(LedgerFault) {
        return try machine.finalizeBlock(block)
      } catch {
        throw ABCIFault("\(error)")
      }
    }
    core.finalized = result
    let updates = try result.validatorUpdates.map { update throws(ABCIFault) in try update.engineValue }
    return FinalizeBlockResponse {
      $0.events = result.events.map(\.engineValue)
      $0.results = result.results.map(\.engineValue)
      $0.validatorUpdates = updates
      $0.appHash = result.appHash.bytes
    }
  }

  /// Makes the last finalised block durable, then takes it over.
  func commit(_ core: inout Core) throws(ABCIFault) -> CommitResponse {
    guard let result = core.finalized, let machine = core.machine else {
      throw ABCIFault("the engine commits where no block was finalised")
    }
    try persist(result, machine.chainID)
    core.finalized = nil
    try withMachine(&core) { machine in _ = machine.commit() }
    publish(core)
    let interval = configuration.snapshotInterval
    if interval > 0, result.block.height.isMultiple(of: interval) { snapshotWriter?.take() }
    return CommitResponse()
  }

  private func persist(_ result: BlockResult, _ chainID: String) throws(ABCIFault) {
    do throws(LedgerStoreError) {
      try store.commit(result, chainID: chainID, blockHash: result.block.hash)
    } catch {
      throw ABCIFault("\(error)")
    }
  }

  /// Lets questions see the committed state.
  func publish(_ core: Core) {
    guard let machine = core.machine else { return }
    queries.view = CommittedView(height: machine.height, state: machine.committed)
  }

  /// Changes the machine in its place.
  private func withMachine<Result>(
    _ core: inout Core, _ body: (inout LedgerMachine) throws(ABCIFault) -> Result
  ) throws(ABCIFault) -> Result {
    guard var machine = core.machine else { throw ABCIFault("the chain has not begun: InitChain comes first") }
    core.machine = nil
    defer { core.machine = machine }
    return try body(&machine)
  }
}
