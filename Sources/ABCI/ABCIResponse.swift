import Protobuf

/// What the application answers: the method's result, or an exception, after which the engine stops.
package enum ABCIResponse: Equatable, Sendable {
  /// A fault of the application that no block may be built on; the engine logs it and ends.
  case exception(ExceptionResponse)
  case echo(EchoMessage)
  case flush
  case info(InfoResponse)
  case initChain(InitChainResponse)
  case query(QueryResponse)
  case checkTx(CheckTxResponse)
  case commit(CommitResponse)
  case listSnapshots(ListSnapshotsResponse)
  case offerSnapshot(OfferSnapshotResponse)
  case loadSnapshotChunk(LoadSnapshotChunkResponse)
  case applySnapshotChunk(ApplySnapshotChunkResponse)
  case prepareProposal(PrepareProposalResponse)
  case processProposal(ProcessProposalResponse)
  case extendVote(ExtendVoteResponse)
  case verifyVoteExtension(VerifyVoteExtensionResponse)
  case finalizeBlock(FinalizeBlockResponse)
  case insertTx(InsertTxResponse)
  case reapTxs(ReapTxsResponse)

  /// The method that was answered; `nil` for an exception.
  package var method: ABCIMethod? {
    switch self {
    case .exception: nil
    case .echo: .echo
    case .flush: .flush
    case .info: .info
    case .initChain: .initChain
    case .query: .query
    case .checkTx: .checkTx
    case .commit: .commit
    case .listSnapshots: .listSnapshots
    case .offerSnapshot: .offerSnapshot
    case .loadSnapshotChunk: .loadSnapshotChunk
    case .applySnapshotChunk: .applySnapshotChunk
    case .prepareProposal: .prepareProposal
    case .processProposal: .processProposal
    case .extendVote: .extendVote
    case .verifyVoteExtension: .verifyVoteExtension
    case .finalizeBlock: .finalizeBlock
    case .insertTx: .insertTx
    case .reapTxs: .reapTxs
    }
  }
}

extension ABCIResponse {
  private static let exceptionField: UInt32 = 1

  /// The response that a frame's bytes (without the length) are.
  package init(decoding bytes: [UInt8], limits: ProtobufLimits = ProtobufLimits()) throws(ABCIError) {
    let field = try Envelope.only(bytes, limits: limits) {
      $0 == Self.exceptionField || ABCIMethod(responseField: $0) != nil
    }
    do throws(ProtobufError) {
      if let method = ABCIMethod(responseField: field.number) {
        self = try Self.decode(method, field)
      } else {
        self = .exception(try field.message())
      }
    } catch {
      throw .malformed(error)
    }
  }

  private static func decode(_ method: ABCIMethod, _ field: ProtobufField) throws(ProtobufError) -> Self {
    switch method {
    case .echo: .echo(try field.message())
    case .flush: try flush(field)
    case .info: .info(try field.message())
    case .initChain: .initChain(try field.message())
    case .query: .query(try field.message())
    case .checkTx: .checkTx(try field.message())
    case .commit: .commit(try field.message())
    case .listSnapshots: .listSnapshots(try field.message())
    case .offerSnapshot: .offerSnapshot(try field.message())
    case .loadSnapshotChunk: .loadSnapshotChunk(try field.message())
    case .applySnapshotChunk: .applySnapshotChunk(try field.message())
    case .prepareProposal: .prepareProposal(try field.message())
    case .processProposal: .processProposal(try field.message())
    case .extendVote: .extendVote(try field.message())
    case .verifyVoteExtension: .verifyVoteExtension(try field.message())
    case .finalizeBlock: .finalizeBlock(try field.message())
    case .insertTx: .insertTx(try field.message())
    case .reapTxs: .reapTxs(try field.message())
    }
  }

  private static func flush(_ field: ProtobufField) throws(ProtobufError) -> Self {
    _ = try field.message(EmptyMessage.self)
    return .flush
  }

  private var body: any ABCIMessage {
    switch self {
    case .flush: EmptyMessage()
    case .exception(let body): body
    case .echo(let body): body
    case .info(let body): body
    case .initChain(let body): body
    case .query(let body): body
    case .checkTx(let body): body
    case .commit(let body): body
    case .listSnapshots(let body): body
    case .offerSnapshot(let body): body
    case .loadSnapshotChunk(let body): body
    case .applySnapshotChunk(let body): body
    case .prepareProposal(let body): body
    case .processProposal(let body): body
    case .extendVote(let body): body
    case .verifyVoteExtension(let body): body
    case .finalizeBlock(let body): body
    case .insertTx(let body): body
    case .reapTxs(let body): body
    }
  }

  /// The whole frame: length, envelope, body (written even when empty).
  package func frame() -> [UInt8] {
    Envelope.frame(field: method?.responseField ?? Self.exceptionField, body: body)
  }
}
