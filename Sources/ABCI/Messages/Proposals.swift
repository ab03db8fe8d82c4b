import Protobuf

/// A proposer asks for the transactions of its block.
package struct PrepareProposalRequest: ABCIMessage {
  /// The most bytes of all transactions, each counted with its key and length.
  package var maximumByteCount: Int64 = 0
  package var transactions: [[UInt8]] = []
  package var localLastCommit = ExtendedCommitInformation()
  package var misbehavior: [ABCIMisbehavior] = []
  package var height: Int64 = 0
  package var time = Timestamp()
  package var nextValidatorsHash: [UInt8] = []
  package var proposerAddress: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: maximumByteCount = try field.int64()
    case 2: transactions.append(try field.bytes())
    case 3: localLastCommit = try field.message()
    case 4: misbehavior.append(try field.message())
    case 5: height = try field.int64()
    case 6: time = try field.message()
    case 7: nextValidatorsHash = try field.bytes()
    case 8: proposerAddress = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int64(maximumByteCount, field: 1)
    writer.elements(transactions, field: 2)
    writer.message(localLastCommit, field: 3)
    writer.messages(misbehavior, field: 4)
    writer.int64(height, field: 5)
    writer.message(time, field: 6)
    writer.bytes(nextValidatorsHash, field: 7)
    writer.bytes(proposerAddress, field: 8)
  }

  /// The longest prefix of the transactions that stays within `maximumByteCount`.
  package func fittingTransactions() -> [[UInt8]] {
    var left = max(0, maximumByteCount)
    let end = transactions.firstIndex { transaction in
      let byteCount = Int64(Self.byteCount(of: transaction))
      guard byteCount <= left else { return true }
      left -= byteCount
      return false
    }
    return Array(transactions[..<(end ?? transactions.endIndex)])
  }

  /// The bytes that a transaction takes in a block: key, length, content.
  package static func byteCount(of transaction: [UInt8]) -> Int {
    var lengthBytes = 1
    var rest = transaction.count >> 7
    while rest > 0 {
      lengthBytes += 1
      rest >>= 7
    }
    return 1 + lengthBytes + transaction.count
  }
}

/// The transactions of the proposer's block, in order.
package struct PrepareProposalResponse: ABCIMessage {
  package var transactions: [[UInt8]] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { transactions.append(try field.bytes()) }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.elements(transactions, field: 1)
  }
}

/// A block to judge (ProcessProposal) or to carry out (FinalizeBlock); both have the same fields.
package struct BlockRequest: ABCIMessage {
  package var transactions: [[UInt8]] = []
  package var lastCommit = CommitInformation()
  package var misbehavior: [ABCIMisbehavior] = []
  package var hash: [UInt8] = []
  package var height: Int64 = 0
  package var time = Timestamp()
  package var nextValidatorsHash: [UInt8] = []
  package var proposerAddress: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: transactions.append(try field.bytes())
    case 2: lastCommit = try field.message()
    case 3: misbehavior.append(try field.message())
    case 4: hash = try field.bytes()
    case 5: height = try field.int64()
    case 6: time = try field.message()
    case 7: nextValidatorsHash = try field.bytes()
    case 8: proposerAddress = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.elements(transactions, field: 1)
    writer.message(lastCommit, field: 2)
    writer.messages(misbehavior, field: 3)
    writer.bytes(hash, field: 4)
    writer.int64(height, field: 5)
    writer.message(time, field: 6)
    writer.bytes(nextValidatorsHash, field: 7)
    writer.bytes(proposerAddress, field: 8)
  }
}

/// A block that another validator proposes.
package typealias ProcessProposalRequest = BlockRequest

/// Whether to vote for a block. The engine stops at any other number than these two.
package enum Verdict {
  package static let accept: Int32 = 1
  package static let reject: Int32 = 2
}

/// Whether this node votes for the block.
package struct ProcessProposalResponse: ABCIMessage {
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
