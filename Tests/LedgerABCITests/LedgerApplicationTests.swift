import ABCI
import Hashing
import Ledger
import LedgerStore
import Testing

@testable import LedgerABCI

@Suite struct LedgerApplicationTests {
  private func fault(_ application: LedgerApplication, _ request: ABCIRequest) -> String? {
    do throws(ABCIFault) {
      _ = try application.answer(request)
      return nil
    } catch {
      return error.sentence
    }
  }

  private func finalized(_ application: LedgerApplication, _ block: BlockRequest) throws -> FinalizeBlockResponse {
    guard case .finalizeBlock(let result) = try application.answer(.finalizeBlock(block)) else {
      throw TestFailure("another answer")
    }
    return result
  }

  private func block(
    _ height: Int64, _ transactions: [[UInt8]] = [], misbehavior: [ABCIMisbehavior] = []
  ) -> BlockRequest {
    BlockRequest {
      $0.height = height
      $0.transactions = transactions
      $0.misbehavior = misbehavior
      $0.hash = [UInt8](repeating: 1, count: 32)
      $0.time = Timestamp(milliseconds: 1_700_000_000_000 + UInt64(height) * 1_000)
    }
  }

  @Test func theChainBeginsWithTheGenesisValidators() throws {
    let node = try LedgerNode()
    let application = try node.application()
    guard case .initChain(let start) = try application.answer(.initChain(try TestGenesis.request())) else {
      throw TestFailure("another answer")
    }
    #expect(start.appHash.count == 32)
    #expect(start.consensusParameters == nil)
    #expect(start.validators.map(\.power) == [5_000, 3_000])
    #expect(start.validators.first?.publicKey.bytes == (try TestGenesis.key("consensus").publicKey.bytes))
    guard case .info(let info) = try application.answer(.info(InfoRequest())) else { throw TestFailure("no info") }
    #expect(info.lastBlockHeight == 0 && info.lastBlockAppHash.isEmpty)
    #expect(info.appVersion == 1)
  }

  @Test func theBeginningMayBeRepeated() throws {
    let node = try LedgerNode()
    let application = try node.application()
    let request = ABCIRequest.initChain(try TestGenesis.request())
    let first = try application.answer(request)
    _ = try finalized(application, block(1, [try TestGenesis.transfer(5, nonce: 0)]))
    #expect(try application.answer(request) == first)
    #expect(try node.application().answer(request) == first)
    #expect(fault(application, .commit) == "the engine commits where no block was finalised")
  }

  @Test func aLedgerWithBlocksIsNotBegunAnew() throws {
    let node = try LedgerNode()
    let application = try node.application()
    _ = try application.answer(.initChain(try TestGenesis.request()))
    _ = try finalized(application, block(1))
    _ = try application.answer(.commit)
    let request = ABCIRequest.initChain(try TestGenesis.request())
    #expect(
      fault(application, request)
        == "the engine begins the chain anew, but \(node.databasePath) has 1 blocks; remove it to replay them")
    guard case .info(let info) = try node.application().answer(.info(InfoRequest())) else {
      throw TestFailure("another answer")
    }
    #expect(info.lastBlockHeight == 1)
  }

  @Test func theApplicationsVersionIsPutIntoTheParameters() throws {
    var request = try TestGenesis.request()
    request.consensusParameters = ConsensusParameters { $0.version = VersionParameters() }
    guard case .initChain(let start) = try LedgerNode().application().answer(.initChain(request)) else {
      throw TestFailure("another answer")
    }
    #expect(start.consensusParameters == ConsensusParameters { $0.version = VersionParameters { $0.app = 1 } })
  }

  @Test func aBeginningOfAnotherChainIsRefused() throws {
    var request = try TestGenesis.request()
    request.chainID = "another"
    let application = try LedgerNode().application()
    #expect(
      fault(application, .initChain(request))
        == "the engine starts the chain another; this node is of the chain razao-test-1")
  }

  @Test func aLedgerOfAnotherChainIsNotOpened() throws {
    let node = try LedgerNode()
    _ = try node.application().answer(.initChain(try TestGenesis.request()))
    #expect(throws: LedgerStoreError.self) { try node.application(chainID: "another") }
  }

  @Test func aGenesisThatIsNoneIsRefused() throws {
    var request = try TestGenesis.request()
    request.appState = Array("{\"holder\":[]}".utf8)
    #expect(fault(try LedgerNode().application(), .initChain(request)) == "genesis: there is no member `holder`")
    request = try TestGenesis.request()
    request.initialHeight = 5
    #expect(fault(try LedgerNode().application(), .initChain(request)) == "the chain must begin at height 1")
  }

  @Test func transactionsGetTheirCodes() throws {
    let application = try LedgerNode().application()
    _ = try application.answer(.initChain(try TestGenesis.request()))
    var forged = try TestGenesis.transfer(5, nonce: 0)
    forged[forged.count - 1] ^= 1
    let transactions = [
      try TestGenesis.transfer(5, nonce: 0), try TestGenesis.transfer(5, nonce: 0), forged, Array("a=1".utf8), [],
      try TestGenesis.transfer(6, nonce: 1),
    ]
    let result = try finalized(application, block(1, transactions))
    #expect(result.results.map(\.code) == [0, 8, 4, 1, 1, 0])
    #expect(result.results.map { $0.data } == Array(repeating: [], count: 6))
    #expect(result.results[0].gasUsed > 0 && result.results[0].codespace.isEmpty)
    #expect(result.results[1].codespace == "razao" && result.results[1].log.contains("nonce"))
    let again = try finalized(application, block(1, transactions))
    #expect(again == result)
  }

  @Test func theFilterFollowsTheMempoolAndStartsOverAtCommit() throws {
    let application = try LedgerNode().application()
    _ = try application.answer(.initChain(try TestGenesis.request()))
    let waiting = try (0..<3).map { try TestGenesis.transfer(5, nonce: $0) }
    let check = { (transaction: [UInt8]) throws -> UInt32 in
      let request = CheckTxRequest { $0.transaction = transaction }
      guard case .checkTx(let result) = try application.answer(.checkTx(request)) else { return .max }
      return result.code
    }
    #expect(try waiting.map(check) == [0, 0, 0])
    #expect(try check(waiting[2]) == 8)
    _ = try finalized(application, block(1, [waiting[0]]))
    _ = try application.answer(.commit)
    #expect(try waiting.map(check) == [8, 0, 0])
  }

  @Test func anEmptyBlockLeavesTheAppHash() throws {
    let application = try LedgerNode().application()
    guard case .initChain(let start) = try application.answer(.initChain(try TestGenesis.request())) else {
      throw TestFailure("another answer")
    }
    for height in 1...5 as ClosedRange<Int64> {
      #expect(try finalized(application, block(height)).appHash == start.appHash)
      #expect(try application.answer(.commit) == .commit(CommitResponse()))
    }
  }

  @Test func misbehaviourCostsTheValidatorItsPlaceOnce() throws {
    let application = try LedgerNode().application()
    _ = try application.answer(.initChain(try TestGenesis.request()))
    let key = try TestGenesis.key("consensus").publicKey.bytes
    let offence = ABCIMisbehavior {
      $0.kind = ABCIMisbehavior.duplicateVote
      $0.validator = ABCIValidator {
        $0.address = Array(SHA256.hash(key).bytes.prefix(20))
        $0.power = 5_000
      }
      $0.height = 1
      $0.time = Timestamp(milliseconds: 1_700_000_000_500)
    }
    let unknown = ABCIMisbehavior { $0.kind = 77 }
    let first = try finalized(application, block(1, misbehavior: [offence, unknown]))
    #expect(first.validatorUpdates.map(\.power) == [0])
    #expect(first.events.map(\.kind).contains("validatorJailed"))
    _ = try application.answer(.commit)
    let second = try finalized(application, block(2, misbehavior: [offence]))
    #expect(second.validatorUpdates.isEmpty)
    #expect(second.appHash == first.appHash || !second.events.map(\.kind).contains("validatorJailed"))
  }

  @Test func voteExtensionsAreEmpty() throws {
    let application = try LedgerNode().application()
    #expect(try application.answer(.extendVote(ExtendVoteRequest())) == .extendVote(ExtendVoteResponse()))
    for (bytes, verdict) in [([], Verdict.accept), ([1], Verdict.reject)] as [([UInt8], Int32)] {
      let request = VerifyVoteExtensionRequest { $0.voteExtension = bytes }
      #expect(
        try application.answer(.verifyVoteExtension(request))
          == .verifyVoteExtension(VerifyVoteExtensionResponse { $0.status = verdict }))
    }
  }

  @Test func proposalsOfUnreadableTransactionsAreRejected() throws {
    let application = try LedgerNode().application()
    _ = try application.answer(.initChain(try TestGenesis.request()))
    let good = try TestGenesis.transfer(5, nonce: 0)
    for (transactions, verdict) in [([good], Verdict.accept), ([good, [1]], Verdict.reject), ([], Verdict.accept)] {
      #expect(
        try application.answer(.processProposal(block(1, transactions)))
          == .processProposal(ProcessProposalResponse { $0.status = verdict }))
    }
    let proposal = PrepareProposalRequest {
      $0.transactions = [[1], good, good]
      $0.maximumByteCount = Int64(good.count + 4)
    }
    #expect(
      try application.answer(.prepareProposal(proposal))
        == .prepareProposal(PrepareProposalResponse { $0.transactions = [good] }))
  }

  @Test func aBlockOutOfOrderEndsTheApplication() throws {
    let application = try LedgerNode().application()
    _ = try application.answer(.initChain(try TestGenesis.request()))
    #expect(fault(application, .finalizeBlock(block(3))) == "block 3 was given where 1 is next")
    // Whatever comes afterwards gets the first fault.
    #expect(fault(application, .finalizeBlock(block(1))) == "block 3 was given where 1 is next")
    #expect(fault(application, .info(InfoRequest())) == "block 3 was given where 1 is next")
  }

  @Test func blocksThatNoEngineSendsAreRefused() throws {
    let application = { () throws -> LedgerApplication in
      let application = try LedgerNode().application()
      _ = try application.answer(.initChain(try TestGenesis.request()))
      return application
    }
    var request = block(1)
    request.height = -1
    #expect(fault(try application(), .finalizeBlock(request)) == "a block of height -1")
    request = block(1)
    request.time = Timestamp { $0.seconds = -5 }
    #expect(fault(try application(), .finalizeBlock(request)) == "block 1 has a time that no clock shows")
    request.time = Timestamp { $0.seconds = 1 << 53 }
    #expect(fault(try application(), .finalizeBlock(request)) == "block 1 has a time that no clock shows")
    request = block(1)
    request.hash = [1]
    #expect(fault(try application(), .finalizeBlock(request)) == "block 1 has a hash of 1 bytes")
    #expect(fault(try LedgerNode().application(), .finalizeBlock(block(1)))?.contains("InitChain comes first") == true)
  }
}
