import Protobuf

/// What the consensus engine asks of the application: one method and its fields.
package enum ABCIRequest: Equatable, Sendable {
  case echo(EchoMessage)
  case flush
  case info(InfoRequest)
  case initChain(InitChainRequest)
  case query(QueryRequest)
  case checkTx(CheckTxRequest)
  case commit
  case listSnapshots
  case offerSnapshot(OfferSnapshotRequest)
  case loadSnapshotChunk(LoadSnapshotChunkRequest)
  case applySnapshotChunk(ApplySnapshotChunkRequest)
  case prepareProposal(PrepareProposalRequest)
  case processProposal(ProcessProposalRequest)
  case extendVote(ExtendVoteRequest)
  case verifyVoteExtension(VerifyVoteExtensionRequest)
  case finalizeBlock(FinalizeBlockRequest)
  case insertTx(InsertTxRequest)
  case reapTxs(ReapTxsRequest)

  package var method: ABCIMethod {
    switch self {
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

extension ABCIRequest {
  /// The request that a frame's bytes (without the length) are.
  package init(decoding bytes: [UInt8], limits: ProtobufLimits = ProtobufLimits()) throws(ABCIError) {
    let field = try Envelope.only(bytes, limits: limits) { ABCIMethod(rawValue: $0) != nil }
    guard let method = ABCIMethod(rawValue: field.number) else { throw .unknownMethod(field: field.number) }
    do throws(ProtobufError) {
      self = try Self.decode(method, field)
    } catch {
      throw .malformed(error)
    }
  }

  private static func decode(_ method: ABCIMethod, _ field: ProtobufField) throws(ProtobufError) -> Self {
    switch method {
    case .echo: .echo(try field.message())
    case .flush: try empty(field, .flush)
    case .info: .info(try field.message())
    case .initChain: .initChain(try field.message())
    case .query: .query(try field.message())
    case .checkTx: .checkTx(try field.message())
    case .commit: try empty(field, .commit)
    case .listSnapshots: try empty(field, .listSnapshots)
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

  private static func empty(_ field: ProtobufField, _ request: Self) throws(ProtobufError) -> Self {
    _ = try field.message(EmptyMessage.self)
    return request
  }

  /// The fields of the method.
  private var body: any ABCIMessage {
    switch self {
    case .flush, .commit, .listSnapshots: EmptyMessage()
    case .echo(let body): body
    case .info(let body): body
    case .initChain(let body): body
    case .query(let body): body
    case .checkTx(let body): body
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

  /// The whole frame: length, envelope, body.
  package func frame() -> [UInt8] {
    Envelope.frame(field: method.rawValue, body: body)
  }
}
