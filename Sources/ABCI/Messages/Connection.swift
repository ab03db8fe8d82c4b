import Protobuf

/// Echo, both ways: text that comes back as it went.
package struct EchoMessage: ABCIMessage {
  package var text = ""

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { text = try field.string() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(text, field: 1)
  }
}

/// A fault after which the engine stops.
package struct ExceptionResponse: ABCIMessage {
  package var error = ""

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { error = try field.string() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(error, field: 1)
  }
}

/// The engine introduces itself.
package struct InfoRequest: ABCIMessage {
  package var version = ""
  package var blockVersion: UInt64 = 0
  package var peerVersion: UInt64 = 0
  package var abciVersion = ""

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: version = try field.string()
    case 2: blockVersion = try field.uint64()
    case 3: peerVersion = try field.uint64()
    case 4: abciVersion = try field.string()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(version, field: 1)
    writer.uint64(blockVersion, field: 2)
    writer.uint64(peerVersion, field: 3)
    writer.string(abciVersion, field: 4)
  }
}

/// The application introduces itself and says how far its committed state is.
package struct InfoResponse: ABCIMessage {
  package var data = ""
  package var version = ""
  package var appVersion: UInt64 = 0
  package var lastBlockHeight: Int64 = 0
  package var lastBlockAppHash: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: data = try field.string()
    case 2: version = try field.string()
    case 3: appVersion = try field.uint64()
    case 4: lastBlockHeight = try field.int64()
    case 5: lastBlockAppHash = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(data, field: 1)
    writer.string(version, field: 2)
    writer.uint64(appVersion, field: 3)
    writer.int64(lastBlockHeight, field: 4)
    writer.bytes(lastBlockAppHash, field: 5)
  }
}
