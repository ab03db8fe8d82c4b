import Protobuf

/// Something that happened in a block, for the engine's index; not part of any hash.
package struct ABCIEvent: ABCIMessage {
  package var kind = ""
  package var attributes: [EventAttribute] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: kind = try field.string()
    case 2: attributes.append(try field.message())
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(kind, field: 1)
    writer.messages(attributes, field: 2)
  }
}

/// One name and value of an event.
package struct EventAttribute: ABCIMessage {
  package var key = ""
  package var value = ""
  /// Whether the engine indexes it for searches.
  package var isIndexed = false

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: key = try field.string()
    case 2: value = try field.string()
    case 3: isIndexed = try field.bool()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.string(key, field: 1)
    writer.string(value, field: 2)
    writer.bool(isIndexed, field: 3)
  }
}

/// What became of one transaction: in a block, or in the check before it enters the mempool.
///
/// Code, data and both amounts of gas are hashed into the next block's header, so they must be the same on every node;
/// the texts and events are not.
package struct ABCITransactionResult: ABCIMessage {
  /// 0 for success.
  package var code: UInt32 = 0
  package var data: [UInt8] = []
  package var log = ""
  package var info = ""
  package var gasWanted: Int64 = 0
  package var gasUsed: Int64 = 0
  package var events: [ABCIEvent] = []
  package var codespace = ""

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: code = try field.uint32()
    case 2: data = try field.bytes()
    case 3: log = try field.string()
    case 4: info = try field.string()
    case 5: gasWanted = try field.int64()
    case 6: gasUsed = try field.int64()
    case 7: events.append(try field.message())
    case 8: codespace = try field.string()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint32(code, field: 1)
    writer.bytes(data, field: 2)
    writer.string(log, field: 3)
    writer.string(info, field: 4)
    writer.int64(gasWanted, field: 5)
    writer.int64(gasUsed, field: 6)
    writer.messages(events, field: 7)
    writer.string(codespace, field: 8)
  }
}
