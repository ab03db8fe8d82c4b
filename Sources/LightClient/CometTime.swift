/// A moment as CometBFT signs it: seconds since 1970 UTC, leap seconds ignored, and nanoseconds within the second.
package struct CometTime: Hashable, Sendable, Comparable {
  /// The seconds of years 1 to 9999, all that protobuf's Timestamp and RFC 3339 can say.
  package static let validSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
  /// What Go calls the zero time: the first second of year 1. It stands where a time is absent.
  package static let zero = CometTime(unchecked: -62_135_596_800, 0)

  /// Seconds since 1970, negative before.
  package let seconds: Int64
  /// 0…999,999,999, always forward in time.
  package let nanoseconds: UInt32

  /// - Returns: `nil` outside years 1 to 9999 or for a billion nanoseconds and more.
  package init?(seconds: Int64, nanoseconds: UInt32 = 0) {
    guard Self.validSeconds.contains(seconds), nanoseconds < 1_000_000_000 else { return nil }
    self.init(unchecked: seconds, nanoseconds)
  }

  /// - Returns: `nil` after the year 9999.
  package init?(milliseconds: UInt64) {
    self.init(seconds: Int64(milliseconds / 1000), nanoseconds: UInt32(milliseconds % 1000) * 1_000_000)
  }

  private init(unchecked seconds: Int64, _ nanoseconds: UInt32) {
    (self.seconds, self.nanoseconds) = (seconds, nanoseconds)
  }

  /// This moment and so much later; it may lie after the year 9999, as an end of trust may.
  package func adding(milliseconds: UInt64) -> CometTime {
    let nanos = UInt64(nanoseconds) + milliseconds % 1000 * 1_000_000
    let carried = Int64(milliseconds / 1000) + Int64(nanos / 1_000_000_000)
    return CometTime(unchecked: seconds + carried, UInt32(nanos % 1_000_000_000))
  }

  package static func < (left: CometTime, right: CometTime) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

extension CometTime {
  /// Parses `2023-05-17T14:12:53.088875124Z`: RFC 3339 in UTC, up to nine digits of a second's fraction.
  /// - Returns: `nil` for anything else; offsets from UTC and leap seconds are not accepted.
  package init?(rfc3339 text: some StringProtocol) {
    let bytes = Array(text.utf8.prefix(31))
    guard bytes.count >= 20, bytes.count == text.utf8.count, bytes.last == UInt8(ascii: "Z") else { return nil }
    let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
    for (index, mark) in marks where bytes[index] != mark.asciiValue { return nil }
    guard let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
      let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
      let nanoseconds = Self.fraction(bytes[19..<bytes.count - 1]),
      let days = Self.days(year: year, month: month, day: day), hour < 24, minute < 60, second < 60
    else { return nil }
    self.init(seconds: Int64(days * 86_400 + hour * 3600 + minute * 60 + second), nanoseconds: nanoseconds)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }

  /// Nothing, or a point and one to nine digits.
  private static func fraction(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard let point = bytes.first else { return 0 }
    guard point == UInt8(ascii: "."), (2...10).contains(bytes.count), let digits = number(bytes.dropFirst()) else {
      return nil
    }
    var value = UInt32(digits)
    for _ in bytes.count..<10 { value *= 10 }
    return value
  }

  /// Days since 1970 in the Gregorian calendar carried back to year 1; `nil` for a day that does not exist.
  private static func days(year: Int, month: Int, day: Int) -> Int? {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let past = year - 1
    let daysBefore = 365 * past + past / 4 - past / 100 + past / 400
    return daysBefore + lengths[..<(month - 1)].reduce(0, +) + day - 1 - 719_162
  }
}
