import ABCI
import Hashing
import Ledger
import LedgerStore
import Logging
import Synchronization

/// The ledger as an application of CometBFT: blocks are worked out in memory and become durable in Commit alone, in one
/// step with their height and app hash.
///
/// One lock serialises everything that may touch the machine. Query reads the last committed state beside it, so a
/// long block does not hold questions up.
package final class LedgerApplication: ABCIApplication {
  /// Which chain it is, and its snapshots.
  package struct Configuration: Sendable {
    /// The chain that this node belongs to; `nil` takes the one that InitChain names. A snapshot of another chain is
    /// refused only when this is known.
    package var chainID: String?
    /// Where snapshots for joining nodes are kept; `nil` keeps none.
    package var snapshots: SnapshotDirectory?
    /// Blocks between two snapshots; 0 takes none.
    package var snapshotInterval: UInt64 = 0

    package init(chainID: String? = nil, snapshots: SnapshotDirectory? = nil, snapshotInterval: UInt64 = 0) {
      self.chainID = chainID
      self.snapshots = snapshots
      self.snapshotInterval = snapshotInterval
    }
  }

  /// What the lock guards.
  struct Core: Sendable {
    /// `nil` before the chain's beginning.
    var machine: LedgerMachine?
    /// A block that was worked out and waits for Commit.
    var finalized: BlockResult?
    /// A state that is being put together from a peer's chunks.
    var restoration: SnapshotRestoration?
    /// Set once; nothing is built on the state afterwards.
    var failure: ABCIFault?
  }

  let store: LedgerStore
  let configuration: Configuration
  let logger: Logger
  let core: Mutex<Core>
  let queries: LedgerQueries
  let snapshotWriter: SnapshotWriter?

  /// An application that goes on from what the store holds.
  /// - Throws: when the store cannot be read, is damaged, or is another chain's.
  package init(store: LedgerStore, configuration: Configuration, logger: Logger) throws(LedgerStoreError) {
    let stored = try store.load()
    if let wanted = configuration.chainID, let meta = stored?.meta, !meta.chainID.utf8.elementsEqual(wanted.utf8) {
      throw .otherChain(path: store.path, stored: meta.chainID, wanted: wanted)
    }
    self.store = store
    self.configuration = configuration
    self.logger = logger
    core = Mutex(Core(machine: stored?.machine))
    queries = LedgerQueries(store: store, view: stored.map { CommittedView(height: $0.meta.height, state: $0.state) })
    snapshotWriter = configuration.snapshots.map { SnapshotWriter($0, store: store, logger: logger) }
  }

  package func answer(_ request: ABCIRequest) throws(ABCIFault) -> ABCIResponse {
    switch request {
    case .query(let query): return .query(queries.answer(query))
    case .listSnapshots: return .listSnapshots(listSnapshots())
    case .loadSnapshotChunk(let request): return .loadSnapshotChunk(loadChunk(request))
    case .extendVote: return .extendVote(ExtendVoteResponse())
    case .verifyVoteExtension(let vote): return .verifyVoteExtension(Self.verify(vote))
    case .echo(let echo): return .echo(echo)
    case .flush: return .flush
    default: return try locked(request)
    }
  }

  /// Everything that must not happen at once. A fault ends it for good.
  private func locked(_ request: ABCIRequest) throws(ABCIFault) -> ABCIResponse {
    try core.withLock { core throws(ABCIFault) in
      if let failure = core.failure { throw failure }
      do throws(ABCIFault) {
        return try self.answer(request, &core)
      } catch {
        core.failure = error
        throw error
      }
    }
  }

  private func answer(_ request: ABCIRequest, _ core: inout Core) throws(ABCIFault) -> ABCIResponse {
    switch request {
    case .info: .info(info(core))
    case .initChain(let start): .initChain(try initialise(start, &core))
    case .checkTx(let check): .checkTx(try self.check(check.transaction, &core))
    case .prepareProposal(let proposal): .prepareProposal(try prepare(proposal, &core))
    case .processProposal(let block): .processProposal(try process(block, &core))
    case .finalizeBlock(let block): .finalizeBlock(try finalize(block, &core))
    case .commit: .commit(try commit(&core))
    case .offerSnapshot(let offer): .offerSnapshot(self.offer(offer, &core))
    case .applySnapshotChunk(let chunk): .applySnapshotChunk(try apply(chunk, &core))
    case .insertTx, .reapTxs:
      throw ABCIFault("this ledger keeps no mempool; set mempool.type to flood in the engine's configuration")
    default: throw ABCIFault("\(request.method) is not the ledger's to answer")
    }
  }

  /// How far the committed state is; the engine replays what comes after.
  private func info(_ core: Core) -> InfoResponse {
    InfoResponse {
      $0.data = "razao"
      $0.version = "1"
      $0.appVersion = LedgerMachine.applicationVersion
      guard let machine = core.machine, machine.height > 0 else { return }
      $0.lastBlockHeight = Int64(clamping: machine.height)
      $0.lastBlockAppHash = machine.appHash.bytes
    }
  }

  /// The ledger has no vote extensions, so every empty one is right.
  private static func verify(_ vote: VerifyVoteExtensionRequest) -> VerifyVoteExtensionResponse {
    VerifyVoteExtensionResponse { $0.status = vote.voteExtension.isEmpty ? Verdict.accept : Verdict.reject }
  }
}
