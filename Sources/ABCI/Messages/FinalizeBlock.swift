import Protobuf

/// A decided block.
package typealias FinalizeBlockRequest = BlockRequest

/// What the block did. The engine halts at a wrong number of results and at impossible validator updates.
package struct FinalizeBlockResponse: ABCIMessage {
  package var events: [ABCIEvent] = []
  /// Exactly one for each transaction, in their order.
  package var results: [ABCITransactionResult] = []
  /// Take effect two heights later.
  package var validatorUpdates: [ABCIValidatorUpdate] = []
  /// `nil` changes nothing; takes effect at the next height.
  package var consensusParameters: ConsensusParameters?
  /// The state's root after the block; it stands in the next block's header.
  package var appHash: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: events.append(try field.message())
    case 2: results.append(try field.message())
    case 3: validatorUpdates.append(try field.message())
    case 4: consensusParameters = try field.message()
    case 5: appHash = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.messages(events, field: 1)
    writer.messages(results, field: 2)
    writer.messages(validatorUpdates, field: 3)
    writer.message(consensusParameters, field: 4)
    writer.bytes(appHash, field: 5)
  }
}

/// The state is durable.
package struct CommitResponse: ABCIMessage {
  /// Blocks below this height may be deleted by the engine; 0 keeps all.
  package var retainHeight: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 3 { retainHeight = try field.int64() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int64(retainHeight, field: 3)
  }
}
