import ABCI

@testable import LedgerABCI

/// What an engine has on its disk; it outlives engine and application.
struct EngineDisk {
  /// The decided blocks from height 1 on.
  var blocks: [BlockRequest] = []
  /// Heights whose effects the engine has taken over (S); the block store may be one ahead of it.
  var stateHeight: Int64 = 0
  /// The app hash after each height, 0 for the beginning.
  var appHashes: [Int64: [UInt8]] = [:]
  /// The results of the last executed block, which are saved before Commit.
  var results: FinalizeBlockResponse?

  var storeHeight: Int64 { Int64(blocks.count) }
}

/// What an engine says before it gives up.
enum EngineRefusal: Error, Equatable {
  case applicationAhead(Int64, core: Int64)
  case otherAppHash(height: Int64)
  case exception(String)
  case wrongKind
}

/// Speaks to an application as CometBFT 0.38 does: four connections, Info, InitChain only at height 0, replay of what
/// the application lacks, Flush after every call, and heights of proposal, block and commit.
final class ScriptedEngine {
  /// Where an engine can die within a height.
  enum Crash: CaseIterable {
    case afterSavingBlock, afterFinalize, afterCommit
  }

  private(set) var disk: EngineDisk
  let genesis: InitChainRequest
  /// The methods of the consensus connection since the start, in order.
  private(set) var calls: [ABCIMethod] = []
  let query: SocketClient
  let snapshot: SocketClient
  let mempool: SocketClient
  private let consensus: SocketClient

  /// Connects in the order of the real engine and shakes hands.
  init(_ address: ABCIAddress, disk: EngineDisk, genesis: InitChainRequest) throws {
    (self.disk, self.genesis) = (disk, genesis)
    query = try SocketClient(address)
    snapshot = try SocketClient(address)
    mempool = try SocketClient(address)
    consensus = try SocketClient(address)
    try shakeHands()
  }

  /// Calls without Flush in between, as the mempool does; the answers' codes.
  func check(_ transactions: [[UInt8]]) throws -> [UInt32] {
    for transaction in transactions {
      try mempool.send(.checkTx(CheckTxRequest { $0.transaction = transaction }))
    }
    try mempool.send(.flush)
    let codes = try transactions.map { _ in
      guard case .checkTx(let result) = try mempool.receive() else { throw EngineRefusal.wrongKind }
      return result.code
    }
    guard case .flush = try mempool.receive() else { throw EngineRefusal.wrongKind }
    return codes
  }

  /// Decides and executes the next height.
  /// - Parameter crash: where the engine stops; what is on its disk by then stays.
  /// - Returns: the block's results, if it came so far.
  @discardableResult func decide(
    _ transactions: [[UInt8]] = [], misbehavior: [ABCIMisbehavior] = [], crash: Crash? = nil
  ) throws -> FinalizeBlockResponse? {
    let height = disk.storeHeight + 1
    let block = try propose(height, transactions, misbehavior)
    disk.blocks.append(block)
    guard crash != .afterSavingBlock else { return nil }
    let result = try finalize(block)
    guard crash != .afterFinalize else { return result }
    disk.results = result
    try commit()
    guard crash != .afterCommit else { return result }
    takeOver(height, result.appHash)
    return result
  }

  private func propose(
    _ height: Int64, _ transactions: [[UInt8]], _ misbehavior: [ABCIMisbehavior]
  ) throws -> BlockRequest {
    let proposal = PrepareProposalRequest {
      $0.maximumByteCount = 1 << 20
      $0.transactions = transactions
      $0.height = height
      $0.misbehavior = misbehavior
    }
    guard case .prepareProposal(let prepared) = try call(.prepareProposal(proposal)) else {
      throw EngineRefusal.wrongKind
    }
    let block = BlockRequest {
      $0.transactions = prepared.transactions
      $0.misbehavior = misbehavior
      $0.hash = [UInt8](repeating: UInt8(truncatingIfNeeded: height), count: 32)
      $0.height = height
      $0.time = Timestamp(milliseconds: 1_700_000_000_000 + UInt64(height) * 1_000)
      $0.proposerAddress = [UInt8](repeating: 7, count: 20)
    }
    guard case .processProposal(let verdict) = try call(.processProposal(block)), verdict.status == Verdict.accept
    else {
      throw EngineRefusal.wrongKind
    }
    return block
  }

  private func finalize(_ block: BlockRequest) throws -> FinalizeBlockResponse {
    guard case .finalizeBlock(let result) = try call(.finalizeBlock(block)) else { throw EngineRefusal.wrongKind }
    if let known = disk.appHashes[block.height], known != result.appHash {
      throw EngineRefusal.otherAppHash(height: block.height)
    }
    return result
  }

  private func commit() throws {
    guard case .commit(let answer) = try call(.commit), answer.retainHeight == 0 else { throw EngineRefusal.wrongKind }
  }

  private func takeOver(_ height: Int64, _ appHash: [UInt8]) {
    disk.stateHeight = height
    disk.appHashes[height] = appHash
  }

  private func call(_ request: ABCIRequest) throws -> ABCIResponse {
    calls.append(request.method)
    let response = try consensus.call(request)
    if case .exception(let exception) = response { throw EngineRefusal.exception(exception.error) }
    return response
  }
}

extension ScriptedEngine {
  /// Brings the application to where the engine's block store is.
  private func shakeHands() throws {
    let request = InfoRequest {
      $0.version = "0.38.25"
      $0.blockVersion = 11
      $0.peerVersion = 8
      $0.abciVersion = "2.0.0"
    }
    let response = try query.call(.info(request))
    if case .exception(let exception) = response { throw EngineRefusal.exception(exception.error) }
    guard case .info(let info) = response else { throw EngineRefusal.wrongKind }
    calls.append(.info)
    if info.lastBlockHeight == 0 { try beginChain() }
    guard info.lastBlockHeight <= disk.storeHeight else {
      throw EngineRefusal.applicationAhead(info.lastBlockHeight, core: disk.storeHeight)
    }
    try replay(after: info.lastBlockHeight)
    if info.lastBlockHeight > 0, let known = disk.appHashes[info.lastBlockHeight], known != info.lastBlockAppHash {
      throw EngineRefusal.otherAppHash(height: info.lastBlockHeight)
    }
  }

  private func beginChain() throws {
    guard case .initChain(let start) = try call(.initChain(genesis)) else { throw EngineRefusal.wrongKind }
    if let known = disk.appHashes[0], known != start.appHash { throw EngineRefusal.otherAppHash(height: 0) }
    disk.appHashes[0] = start.appHash
  }

  private func replay(after height: Int64) throws {
    for block in disk.blocks where block.height > height {
      let result = try finalize(block)
      disk.results = result
      try commit()
      takeOver(block.height, result.appHash)
    }
    // The engine died between Commit and saving its state: it takes the saved results without a call.
    if height == disk.storeHeight, disk.stateHeight < height, let results = disk.results {
      takeOver(height, results.appHash)
    }
  }
}
