@testable import ABCI

extension SampleMessages {
  /// One response of every method, and the exception.
  static let responses: [ABCIResponse] = connectionResponses + snapshotResponses + blockResponses

  private static let connectionResponses: [ABCIResponse] = [
    .exception(ExceptionResponse { $0.error = "bad" }),
    .echo(EchoMessage { $0.text = "hi" }),
    .flush,
    .info(
      InfoResponse {
        $0.data = "razao"
        $0.version = "1"
        $0.appVersion = 1
        $0.lastBlockHeight = 7
        $0.lastBlockAppHash = Array("app".utf8)
      }),
    .initChain(
      InitChainResponse {
        $0.consensusParameters = parameters
        $0.validators = [update]
        $0.appHash = Array("app".utf8)
      }),
    .query(query),
    .checkTx(result),
    .commit(CommitResponse { $0.retainHeight = 2 }),
    .insertTx(InsertTxResponse { $0.code = 4 }),
    .reapTxs(ReapTxsResponse { $0.transactions = [Array("tx".utf8)] }),
  ]

  private static let query = QueryResponse {
    $0.code = 5
    $0.log = "log"
    $0.info = "info"
    $0.index = 1
    $0.key = Array("k".utf8)
    $0.value = Array("v".utf8)
    $0.proof = ProofOperations {
      $0.operations = [
        ProofOperation {
          $0.kind = "razao"
          $0.key = Array("k".utf8)
          $0.data = Array("d".utf8)
        }
      ]
    }
    $0.height = 6
    $0.codespace = "razao"
  }

  private static let snapshotResponses: [ABCIResponse] = [
    .listSnapshots(ListSnapshotsResponse { $0.snapshots = [snapshot] }),
    .offerSnapshot(OfferSnapshotResponse { $0.result = OfferSnapshotResponse.reject }),
    .loadSnapshotChunk(LoadSnapshotChunkResponse { $0.chunk = Array("chunk".utf8) }),
    .applySnapshotChunk(
      ApplySnapshotChunkResponse {
        $0.result = ApplySnapshotChunkResponse.retry
        $0.refetchedChunks = [1, 300]
        $0.rejectedSenders = ["peer"]
      }),
  ]

  private static let blockResponses: [ABCIResponse] = [
    .prepareProposal(PrepareProposalResponse { $0.transactions = [[], Array("tx".utf8)] }),
    .processProposal(ProcessProposalResponse { $0.status = Verdict.accept }),
    .extendVote(ExtendVoteResponse { $0.voteExtension = Array("x".utf8) }),
    .verifyVoteExtension(VerifyVoteExtensionResponse { $0.status = Verdict.reject }),
    .finalizeBlock(
      FinalizeBlockResponse {
        $0.events = [event]
        $0.results = [result]
        $0.validatorUpdates = [update]
        $0.consensusParameters = parameters
        $0.appHash = Array("app".utf8)
      }),
  ]
}
