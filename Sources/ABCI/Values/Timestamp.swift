import Protobuf

/// A moment: seconds since 1970 and nanoseconds after them.
package struct Timestamp: ABCIMessage {
  /// May be negative: a client without a clock sends the year 1 (−62,135,596,800).
  package var seconds: Int64 = 0
  /// 0…999,999,999 in honest messages; not checked here.
  package var nanoseconds: Int32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: seconds = try field.int64()
    case 2: nanoseconds = try field.int32()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int64(seconds, field: 1)
    writer.int32(nanoseconds, field: 2)
  }

  /// Whole milliseconds since 1970, rounded down; `nil` before 1970, beyond 64 bits, or with nanoseconds out of range.
  package var milliseconds: UInt64? {
    guard seconds >= 0, (0..<1_000_000_000).contains(nanoseconds) else { return nil }
    let (thousands, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000)
    let (sum, carry) = thousands.addingReportingOverflow(UInt64(nanoseconds) / 1_000_000)
    return overflow || carry ? nil : sum
  }

  /// The moment so many milliseconds after 1970 began.
  package init(milliseconds: UInt64) {
    seconds = Int64(milliseconds / 1_000)
    nanoseconds = Int32(milliseconds % 1_000) * 1_000_000
  }
}

/// A span of time; the same layout as a moment.
package typealias ABCIDuration = Timestamp
