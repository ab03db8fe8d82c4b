@testable import ABCI

extension SampleMessages {
  /// One request of every method.
  static let requests: [ABCIRequest] = connectionRequests + snapshotRequests + blockRequests

  private static let connectionRequests: [ABCIRequest] = [
    .echo(EchoMessage { $0.text = "hi" }),
    .flush,
    .info(
      InfoRequest {
        $0.version = "0.38.25"
        $0.blockVersion = 11
        $0.peerVersion = 8
        $0.abciVersion = "2.0.0"
      }),
    .initChain(
      InitChainRequest {
        $0.time = Timestamp { $0.seconds = -62_135_596_800 }
        $0.chainID = "chain"
        $0.consensusParameters = parameters
        $0.validators = [update]
        $0.appState = Array("{}".utf8)
        $0.initialHeight = 1
      }),
    .query(
      QueryRequest {
        $0.data = Array("d".utf8)
        $0.path = "/p"
        $0.height = 4
        $0.wantsProof = true
      }),
    .checkTx(
      CheckTxRequest {
        $0.transaction = Array("tx".utf8)
        $0.kind = CheckTxRequest.recheck
      }),
    .commit,
    .insertTx(InsertTxRequest { $0.transaction = Array("tx".utf8) }),
    .reapTxs(
      ReapTxsRequest {
        $0.maximumByteCount = 100
        $0.maximumGas = 9
      }),
  ]

  private static let snapshotRequests: [ABCIRequest] = [
    .listSnapshots,
    .offerSnapshot(
      OfferSnapshotRequest {
        $0.snapshot = snapshot
        $0.appHash = Array("app".utf8)
      }),
    .loadSnapshotChunk(
      LoadSnapshotChunkRequest {
        $0.height = 9
        $0.format = 1
        $0.index = 2
      }),
    .applySnapshotChunk(
      ApplySnapshotChunkRequest {
        $0.index = 2
        $0.chunk = Array("chunk".utf8)
        $0.sender = "peer"
      }),
  ]

  private static let blockRequests: [ABCIRequest] = [
    .prepareProposal(
      PrepareProposalRequest {
        $0.maximumByteCount = 1_000
        $0.transactions = [[], Array("tx".utf8)]
        $0.localLastCommit = extendedCommit
        $0.misbehavior = [misbehavior]
        $0.height = 7
        $0.time = time
        $0.nextValidatorsHash = Array("n".utf8)
        $0.proposerAddress = Array("p".utf8)
      }),
    .processProposal(block),
    .extendVote(
      ExtendVoteRequest {
        $0.hash = Array("h".utf8)
        $0.height = 7
        $0.time = time
        $0.transactions = [[], Array("tx".utf8)]
        $0.lastCommit = lastCommit
        $0.misbehavior = [misbehavior]
        $0.nextValidatorsHash = Array("n".utf8)
        $0.proposerAddress = Array("p".utf8)
      }),
    .verifyVoteExtension(
      VerifyVoteExtensionRequest {
        $0.hash = Array("h".utf8)
        $0.validatorAddress = Array("addr".utf8)
        $0.height = 7
        $0.voteExtension = Array("x".utf8)
      }),
    .finalizeBlock(block),
  ]
}
