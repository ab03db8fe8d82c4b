/// The methods of ABCI 2.0; the raw value is the field number in the request envelope, and the number in the
/// response envelope is one more.
package enum ABCIMethod: UInt32, Sendable, CaseIterable {
  case echo = 1
  case flush = 2
  case info = 3
  case initChain = 5
  case query = 6
  case checkTx = 8
  case commit = 11
  case listSnapshots = 12
  case offerSnapshot = 13
  case loadSnapshotChunk = 14
  case applySnapshotChunk = 15
  case prepareProposal = 16
  case processProposal = 17
  case extendVote = 18
  case verifyVoteExtension = 19
  case finalizeBlock = 20
  /// Only CometBFT 0.40 with a mempool kept by the application.
  case insertTx = 21
  /// Only CometBFT 0.40 with a mempool kept by the application.
  case reapTxs = 22

  /// The field number of the answer.
  package var responseField: UInt32 { rawValue + 1 }

  /// The method whose answer has this field number; `nil` for the exception (1) and unknown numbers.
  package init?(responseField: UInt32) {
    guard responseField > 1 else { return nil }
    self.init(rawValue: responseField - 1)
  }
}
