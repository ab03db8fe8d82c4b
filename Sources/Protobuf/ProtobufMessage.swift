/// A value with one canonical protocol-buffers form.
package protocol ProtobufMessage: Sendable {
  /// Reads the fields of the message up to the reader's end. Of a field given twice the last counts.
  init(reading reader: inout ProtobufReader) throws(ProtobufError)
  /// Writes the fields in rising order of their numbers.
  func write(to writer: inout ProtobufWriter)
}

extension ProtobufMessage {
  /// The message that `bytes` are.
  package init(decoding bytes: [UInt8], limits: ProtobufLimits = ProtobufLimits()) throws(ProtobufError) {
    var reader = ProtobufReader(bytes, limits: limits)
    try self.init(reading: &reader)
  }

  /// The message's bytes.
  package func encoded() -> [UInt8] {
    var writer = ProtobufWriter()
    write(to: &writer)
    return writer.bytes
  }
}

extension ProtobufField {
  /// The embedded message.
  package func message<Message: ProtobufMessage>(
    _ type: Message.Type = Message.self
  ) throws(ProtobufError) -> Message {
    var reader = try reader()
    return try Message(reading: &reader)
  }
}

extension ProtobufWriter {
  /// An embedded message: written even when empty, left out when `nil`.
  package mutating func message(_ value: (some ProtobufMessage)?, field: UInt32) {
    guard let value else { return }
    message(field: field) { value.write(to: &$0) }
  }

  /// A repeated message field.
  package mutating func messages(_ values: [some ProtobufMessage], field: UInt32) {
    for value in values { message(value, field: field) }
  }
}
