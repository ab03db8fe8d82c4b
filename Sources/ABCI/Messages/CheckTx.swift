import Protobuf

/// Whether a transaction may enter, or stay in, the mempool.
package struct CheckTxRequest: ABCIMessage {
  /// A transaction that is already in the mempool is checked again after a block.
  package static let recheck: Int32 = 1

  package var transaction: [UInt8] = []
  /// 0 for a new transaction, or `recheck`.
  package var kind: Int32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: transaction = try field.bytes()
    case 2: kind = try field.int32()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(transaction, field: 1)
    writer.int32(kind, field: 2)
  }
}

/// The same fields as a transaction's result in a block.
package typealias CheckTxResponse = ABCITransactionResult
