import ABCI
import Synchronization

@testable import LedgerABCI

/// What the application under test has made durable; it outlives the application, as a disk does.
final class TallyDisk: Sendable {
  struct Committed: Equatable, Sendable {
    var height: Int64 = 0
    var tally: UInt64 = 0
  }

  private let content = Mutex(Committed())

  var committed: Committed {
    get { content.withLock { $0 } }
    set { content.withLock { $0 = newValue } }
  }
}

/// The least application that an engine can drive: it sums the bytes of all transactions; one that begins with 0xff
/// is refused with code 9.
final class TallyApplication: ABCIApplication {
  private struct State: Sendable {
    var committed: TallyDisk.Committed
    var pending: TallyDisk.Committed?
    var calls: [ABCIMethod] = []
  }

  private let disk: TallyDisk
  private let state: Mutex<State>

  init(_ disk: TallyDisk) {
    self.disk = disk
    state = Mutex(State(committed: disk.committed))
  }

  /// The methods that were called, in order.
  var calls: [ABCIMethod] { state.withLock { $0.calls } }

  static func appHash(_ tally: UInt64) -> [UInt8] {
    withUnsafeBytes(of: tally.bigEndian) { Array($0) }
  }

  func answer(_ request: ABCIRequest) throws(ABCIFault) -> ABCIResponse {
    state.withLock { $0.calls.append(request.method) }
    switch request {
    case .info: return .info(info())
    case .initChain: return .initChain(start())
    case .checkTx(let check): return .checkTx(Self.result(check.transaction))
    case .prepareProposal(let proposal):
      return .prepareProposal(PrepareProposalResponse { $0.transactions = proposal.fittingTransactions() })
    case .processProposal: return .processProposal(ProcessProposalResponse { $0.status = Verdict.accept })
    case .finalizeBlock(let block): return .finalizeBlock(try finalize(block))
    case .commit: return .commit(try commit())
    case .query(let query): return .query(QueryResponse { $0.value = query.data })
    case .extendVote: return .extendVote(ExtendVoteResponse())
    case .verifyVoteExtension:
      return .verifyVoteExtension(VerifyVoteExtensionResponse { $0.status = Verdict.accept })
    case .listSnapshots: return .listSnapshots(ListSnapshotsResponse())
    default: throw ABCIFault("the test application has no \(request.method)")
    }
  }

  private func info() -> InfoResponse {
    let committed = state.withLock { $0.committed }
    return InfoResponse {
      $0.lastBlockHeight = committed.height
      $0.lastBlockAppHash = committed.height == 0 ? [] : Self.appHash(committed.tally)
    }
  }

  private func start() -> InitChainResponse {
    state.withLock {
      $0.committed = TallyDisk.Committed()
      $0.pending = nil
    }
    return InitChainResponse { $0.appHash = Self.appHash(0) }
  }

  private static func result(_ transaction: [UInt8]) -> ABCITransactionResult {
    ABCITransactionResult {
      $0.code = transaction.first == 0xff ? 9 : 0
      $0.gasWanted = Int64(transaction.count)
    }
  }

  private func finalize(_ block: BlockRequest) throws(ABCIFault) -> FinalizeBlockResponse {
    let (committed, results) = (state.withLock { $0.committed }, block.transactions.map(Self.result))
    guard block.height == committed.height + 1 else {
      throw ABCIFault("block \(block.height) after \(committed.height)")
    }
    var next = committed
    next.height = block.height
    for (transaction, result) in zip(block.transactions, results) where result.code == 0 {
      next.tally &+= transaction.reduce(0) { $0 + UInt64($1) }
    }
    state.withLock { [next] in $0.pending = next }
    return FinalizeBlockResponse { [next] in
      $0.results = results
      $0.appHash = Self.appHash(next.tally)
    }
  }

  private func commit() throws(ABCIFault) -> CommitResponse {
    guard let pending = state.withLock({ $0.pending }) else { throw ABCIFault("nothing to commit") }
    disk.committed = pending
    state.withLock {
      $0.committed = pending
      $0.pending = nil
    }
    return CommitResponse()
  }
}
