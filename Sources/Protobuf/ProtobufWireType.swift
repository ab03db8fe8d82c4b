/// How a field's value lies in the bytes: the low three bits of its key.
package enum ProtobufWireType: UInt8, Sendable {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5

  /// The largest field number, 2²⁹ − 1.
  static let largestField: UInt32 = (1 << 29) - 1
}

/// Bounds on what a decoder accepts, checked before anything is allocated for it.
package struct ProtobufLimits: Sendable, Equatable {
  /// The most fields (elements of repeated fields included) of one message.
  package var fields: Int
  /// How deep messages may lie in one another, the outermost being 1.
  package var depth: Int

  package init(fields: Int = 1 << 21, depth: Int = 16) {
    self.fields = fields
    self.depth = depth
  }
}
