import Protobuf

/// What a validator did in the last commit; numbers beyond these are kept as they came.
package enum BlockIDFlag {
  package static let absent: Int32 = 1
  package static let commit: Int32 = 2
  package static let nilVote: Int32 = 3
}

/// One validator's part in the last commit.
package struct VoteInformation: ABCIMessage {
  package var validator = ABCIValidator()
  /// One of `BlockIDFlag`.
  package var flag: Int32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: validator = try field.message()
    case 3: flag = try field.int32()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(validator, field: 1)
    writer.int32(flag, field: 3)
  }
}

/// Who signed the last block, in the order of the validator set.
package struct CommitInformation: ABCIMessage {
  package var round: Int32 = 0
  package var votes: [VoteInformation] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: round = try field.int32()
    case 2: votes.append(try field.message())
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int32(round, field: 1)
    writer.messages(votes, field: 2)
  }
}

/// One validator's part in the last commit with its vote extension.
package struct ExtendedVoteInformation: ABCIMessage {
  package var validator = ABCIValidator()
  package var voteExtension: [UInt8] = []
  package var extensionSignature: [UInt8] = []
  /// One of `BlockIDFlag`.
  package var flag: Int32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: validator = try field.message()
    case 3: voteExtension = try field.bytes()
    case 4: extensionSignature = try field.bytes()
    case 5: flag = try field.int32()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(validator, field: 1)
    writer.bytes(voteExtension, field: 3)
    writer.bytes(extensionSignature, field: 4)
    writer.int32(flag, field: 5)
  }
}

/// Who signed the last block, with vote extensions: what a proposer is given.
package struct ExtendedCommitInformation: ABCIMessage {
  package var round: Int32 = 0
  package var votes: [ExtendedVoteInformation] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: round = try field.int32()
    case 2: votes.append(try field.message())
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int32(round, field: 1)
    writer.messages(votes, field: 2)
  }
}

/// A validator's proven offence. The same offence may be reported at several heights.
package struct ABCIMisbehavior: ABCIMessage {
  package static let duplicateVote: Int32 = 1
  package static let lightClientAttack: Int32 = 2

  /// `duplicateVote`, `lightClientAttack`, or a kind this version does not know.
  package var kind: Int32 = 0
  package var validator = ABCIValidator()
  /// The height of the offence.
  package var height: Int64 = 0
  package var time = Timestamp()
  /// The power of all validators at that height.
  package var totalPower: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: kind = try field.int32()
    case 2: validator = try field.message()
    case 3: height = try field.int64()
    case 4: time = try field.message()
    case 5: totalPower = try field.int64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int32(kind, field: 1)
    writer.message(validator, field: 2)
    writer.int64(height, field: 3)
    writer.message(time, field: 4)
    writer.int64(totalPower, field: 5)
  }
}
