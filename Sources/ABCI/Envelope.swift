import Protobuf

/// The outer message of either direction: exactly one known field, which is the method's message.
enum Envelope {
  /// The one field of an envelope whose number is known; others are passed over.
  static func only(
    _ bytes: [UInt8], limits: ProtobufLimits, isKnown: (UInt32) -> Bool
  ) throws(ABCIError) -> ProtobufField {
    var reader = ProtobufReader(bytes, limits: limits)
    var found: ProtobufField?
    var unknown: UInt32?
    while let field = try next(&reader) {
      guard isKnown(field.number) else {
        unknown = field.number
        continue
      }
      guard found == nil else { throw .severalMethods }
      found = field
    }
    if let found { return found }
    if let unknown { throw .unknownMethod(field: unknown) }
    throw .noMethod
  }

  private static func next(_ reader: inout ProtobufReader) throws(ABCIError) -> ProtobufField? {
    do throws(ProtobufError) {
      return try reader.next()
    } catch {
      throw .malformed(error)
    }
  }

  /// A whole frame: the envelope's length, then the envelope with `body` as field `field`.
  static func frame(field: UInt32, body: any ABCIMessage) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.lengthPrefixed { envelope in
      envelope.message(field: field) { body.write(to: &$0) }
    }
    return writer.bytes
  }
}
