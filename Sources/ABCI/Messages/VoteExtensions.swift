import Protobuf

/// Bytes that this validator may add to its vote.
package struct ExtendVoteRequest: ABCIMessage {
  package var hash: [UInt8] = []
  package var height: Int64 = 0
  package var time = Timestamp()
  package var transactions: [[UInt8]] = []
  package var lastCommit = CommitInformation()
  package var misbehavior: [ABCIMisbehavior] = []
  package var nextValidatorsHash: [UInt8] = []
  package var proposerAddress: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: hash = try field.bytes()
    case 2: height = try field.int64()
    case 3: time = try field.message()
    case 4: transactions.append(try field.bytes())
    case 5: lastCommit = try field.message()
    case 6: misbehavior.append(try field.message())
    case 7: nextValidatorsHash = try field.bytes()
    case 8: proposerAddress = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(hash, field: 1)
    writer.int64(height, field: 2)
    writer.message(time, field: 3)
    writer.elements(transactions, field: 4)
    writer.message(lastCommit, field: 5)
    writer.messages(misbehavior, field: 6)
    writer.bytes(nextValidatorsHash, field: 7)
    writer.bytes(proposerAddress, field: 8)
  }
}

/// The extension of this validator's vote.
package struct ExtendVoteResponse: ABCIMessage {
  package var voteExtension: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { voteExtension = try field.bytes() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(voteExtension, field: 1)
  }
}

/// Another validator's extension to judge.
package struct VerifyVoteExtensionRequest: ABCIMessage {
  package var hash: [UInt8] = []
  package var validatorAddress: [UInt8] = []
  package var height: Int64 = 0
  package var voteExtension: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: hash = try field.bytes()
    case 2: validatorAddress = try field.bytes()
    case 3: height = try field.int64()
    case 4: voteExtension = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(hash, field: 1)
    writer.bytes(validatorAddress, field: 2)
    writer.int64(height, field: 3)
    writer.bytes(voteExtension, field: 4)
  }
}

/// Whether the vote with that extension counts.
package struct VerifyVoteExtensionResponse: ABCIMessage {
  /// One of `Verdict`.
  package var status: Int32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { status = try field.int32() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int32(status, field: 1)
  }
}
