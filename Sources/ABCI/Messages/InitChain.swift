import Protobuf

/// The chain's beginning. It may come again on a node that has blocks: the application starts over.
package struct InitChainRequest: ABCIMessage {
  package var time = Timestamp()
  package var chainID = ""
  package var consensusParameters: ConsensusParameters?
  package var validators: [ABCIValidatorUpdate] = []
  /// The JSON of the genesis file's `app_state`, as it stands there.
  package var appState: [UInt8] = []
  package var initialHeight: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: time = try field.message()
    case 2: chainID = try field.string()
    case 3: consensusParameters = try field.message()
    case 4: validators.append(try field.message())
    case 5: appState = try field.bytes()
    case 6: initialHeight = try field.int64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(time, field: 1)
    writer.string(chainID, field: 2)
    writer.message(consensusParameters, field: 3)
    writer.messages(validators, field: 4)
    writer.bytes(appState, field: 5)
    writer.int64(initialHeight, field: 6)
  }
}

/// The state before the first block.
package struct InitChainResponse: ABCIMessage {
  /// `nil` keeps those of the genesis file.
  package var consensusParameters: ConsensusParameters?
  /// Empty keeps those of the genesis file.
  package var validators: [ABCIValidatorUpdate] = []
  package var appHash: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: consensusParameters = try field.message()
    case 2: validators.append(try field.message())
    case 3: appHash = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(consensusParameters, field: 1)
    writer.messages(validators, field: 2)
    writer.bytes(appHash, field: 3)
  }
}
