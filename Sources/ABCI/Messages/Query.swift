import Protobuf

/// A question about the application's state.
package struct QueryRequest: ABCIMessage {
  package var data: [UInt8] = []
  package var path = ""
  /// 0 asks for the last committed height.
  package var height: Int64 = 0
  package var wantsProof = false

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: data = try field.bytes()
    case 2: path = try field.string()
    case 3: height = try field.int64()
    case 4: wantsProof = try field.bool()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(data, field: 1)
    writer.string(path, field: 2)
    writer.int64(height, field: 3)
    writer.bool(wantsProof, field: 4)
  }
}

/// The answer to a question, with a proof if one was asked for.
package struct QueryResponse: ABCIMessage {
  package var code: UInt32 = 0
  package var log = ""
  package var info = ""
  package var index: Int64 = 0
  package var key: [UInt8] = []
  package var value: [UInt8] = []
  package var proof: ProofOperations?
  package var height: Int64 = 0
  package var codespace = ""

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: code = try field.uint32()
    case 3: log = try field.string()
    case 4: info = try field.string()
    case 5: index = try field.int64()
    case 6: key = try field.bytes()
    case 7: value = try field.bytes()
    case 8: proof = try field.message()
    case 9: height = try field.int64()
    case 10: codespace = try field.string()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint32(code, field: 1)
    writer.string(log, field: 3)
    writer.string(info, field: 4)
    writer.int64(index, field: 5)
    writer.bytes(key, field: 6)
    writer.bytes(value, field: 7)
    writer.message(proof, field: 8)
    writer.int64(height, field: 9)
    writer.string(codespace, field: 10)
  }
}

/// A proof of a value as the engine carries it.
package struct ProofOperations: ABCIMessage {
  package var operations: [ProofOperation] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { operations.append(try field.message()) }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.messages(operations, field: 1)
  }
}

/// One step of a proof: which rule, on which key, with what bytes.
package struct ProofOperation: ABCIMessage {
  package var kind = ""
  package var key: [UInt8] = []
  package var data: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: kind = try field.string()
    case 2: key = try field.bytes()
    case 3: data = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(kind, field: 1)
    writer.bytes(key, field: 2)
    writer.bytes(data, field: 3)
  }
}
