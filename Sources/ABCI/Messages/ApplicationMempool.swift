import Protobuf

/// A transaction for a mempool that the application keeps itself (CometBFT 0.40, `mempool.type = "app"`).
package struct InsertTxRequest: ABCIMessage {
  package var transaction: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { transaction = try field.bytes() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(transaction, field: 1)
  }
}

/// Whether the transaction was taken.
package struct InsertTxResponse: ABCIMessage {
  /// 0 when it was.
  package var code: UInt32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { code = try field.uint32() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint32(code, field: 1)
  }
}

/// The engine asks an application's mempool for transactions to pass on.
package struct ReapTxsRequest: ABCIMessage {
  package var maximumByteCount: UInt64 = 0
  package var maximumGas: UInt64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: maximumByteCount = try field.uint64()
    case 2: maximumGas = try field.uint64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint64(maximumByteCount, field: 1)
    writer.uint64(maximumGas, field: 2)
  }
}

/// Transactions from an application's mempool.
package struct ReapTxsResponse: ABCIMessage {
  package var transactions: [[UInt8]] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { transactions.append(try field.bytes()) }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.elements(transactions, field: 1)
  }
}
