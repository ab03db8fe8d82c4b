import Hashing
import Protobuf

/// The protobuf encodings that CometBFT 0.38 hashes and signs (package `tendermint.types`), field by field.
///
/// Scalars of value zero and empty bytes are left out, embedded messages are written even when empty, except where a
/// function says otherwise: one byte more or less is another hash.
enum CometEncoding {
  /// `Consensus { 1: block, 2: app }`.
  static func version(block: UInt64, app: UInt64) -> [UInt8] {
    message {
      $0.uint64(block, field: 1)
      $0.uint64(app, field: 2)
    }
  }

  /// `Int64Value { 1 }`; nothing at all for zero.
  static func wrapped(_ value: UInt64) -> [UInt8] {
    message { $0.uint64(value, field: 1) }
  }

  /// `BytesValue { 1 }` or `StringValue { 1 }`; nothing at all for no bytes.
  static func wrapped(_ bytes: [UInt8]) -> [UInt8] {
    message { $0.bytes(bytes, field: 1) }
  }

  static func wrapped(_ digest: Digest?) -> [UInt8] {
    wrapped(digest?.bytes ?? [])
  }

  /// `Timestamp { 1: seconds, 2: nanos }`.
  static func time(_ time: CometTime) -> [UInt8] {
    message { write(time, to: &$0) }
  }

  /// `BlockID { 1: hash, 2: parts { 1: total, 2: hash } }`; the parts are written even when empty.
  static func blockID(_ block: BlockID?) -> [UInt8] {
    message { write(block, to: &$0) }
  }

  /// `SimpleValidator { 1: key { 1: ed25519 }, 2: power }`.
  static func simpleValidator(_ validator: Validator) -> [UInt8] {
    message { writer in
      writer.message(field: 1) { $0.bytes(validator.key.bytes, field: 1) }
      writer.uint64(validator.power, field: 2)
    }
  }

  /// `CanonicalVote { 1: type, 2: height, 3: round, 4: block, 5: time, 6: chain }`; height and round are fixed64, the
  /// block is left out of a vote for none, the time never is.
  static func canonicalVote(_ vote: CanonicalVote) -> [UInt8] {
    message { writer in
      writer.uint64(vote.stage.rawValue, field: 1)
      writer.fixed64(vote.height, field: 2)
      writer.fixed64(UInt64(vote.round), field: 3)
      if let block = vote.blockID { writer.message(field: 4) { write(block, to: &$0) } }
      writer.message(field: 5) { write(vote.time, to: &$0) }
      writer.bytes(vote.chainID.bytes, field: 6)
    }
  }

  /// A message after its length.
  static func delimited(_ bytes: [UInt8]) -> [UInt8] {
    message { writer in writer.lengthPrefixed { $0.raw(bytes) } }
  }

  private static func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    body(&writer)
    return writer.bytes
  }

  private static func write(_ time: CometTime, to writer: inout ProtobufWriter) {
    writer.int64(time.seconds, field: 1)
    writer.uint32(time.nanoseconds, field: 2)
  }

  private static func write(_ block: BlockID?, to writer: inout ProtobufWriter) {
    writer.bytes(block?.hash.bytes ?? [], field: 1)
    writer.message(field: 2) { parts in
      parts.uint32(block?.parts.total ?? 0, field: 1)
      parts.bytes(block?.parts.hash.bytes ?? [], field: 2)
    }
  }
}
