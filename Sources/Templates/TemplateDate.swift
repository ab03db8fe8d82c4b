/// A civil date and time handed to a template; the renderer itself reads no clock.
package struct TemplateDate: Equatable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int
  package let hour: Int
  package let minute: Int
  package let second: Int

  /// A date of the proleptic Gregorian calendar, or `nil` when there is no such day or time.
  /// - Parameter year: 1…9999.
  package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.dayCount(month: month, year: year),
      (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func dayCount(month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Day of the year, from 1.
  var ordinal: Int { (1..<month).reduce(day) { $0 + Self.dayCount(month: $1, year: year) } }

  /// Day of the week, Monday = 0.
  var weekday: Int {
    let past = year - 1
    return (past * 365 + past / 4 - past / 100 + past / 400 + ordinal - 1) % 7
  }

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// The date written by a `strftime` pattern in the C locale.
  /// - Throws: `unsupported` for a directive outside d m Y y b B a A H I M S p j e %, each with an optional `-`.
  func formatted(_ pattern: [UInt8]) throws(TemplateError) -> [UInt8] {
    var output: [UInt8] = []
    var index = 0
    while index < pattern.count {
      let byte = pattern[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        continue
      }
      let isUnpadded = index < pattern.count && pattern[index] == UInt8(ascii: "-")
      if isUnpadded { index += 1 }
      guard index < pattern.count else { throw TemplateError(.unsupported, "a date pattern that ends in %") }
      output += try directive(pattern[index], isUnpadded: isUnpadded)
      index += 1
    }
    return output
  }

  private func directive(_ letter: UInt8, isUnpadded: Bool) throws(TemplateError) -> [UInt8] {
    func padded(_ value: Int, _ width: Int, _ fill: Character = "0") -> [UInt8] {
      let digits = String(value)
      return Array((isUnpadded ? "" : String(repeating: fill, count: max(0, width - digits.utf8.count))).utf8)
        + Array(digits.utf8)
    }
    switch letter {
    case UInt8(ascii: "d"): return padded(day, 2)
    case UInt8(ascii: "e"): return padded(day, 2, " ")
    case UInt8(ascii: "m"): return padded(month, 2)
    case UInt8(ascii: "Y"): return Array(String(year).utf8)
    case UInt8(ascii: "y"): return padded(year % 100, 2)
    case UInt8(ascii: "H"): return padded(hour, 2)
    case UInt8(ascii: "I"): return padded((hour + 11) % 12 + 1, 2)
    case UInt8(ascii: "M"): return padded(minute, 2)
    case UInt8(ascii: "S"): return padded(second, 2)
    case UInt8(ascii: "j"): return padded(ordinal, 3)
    case UInt8(ascii: "p"): return Array((hour < 12 ? "AM" : "PM").utf8)
    case UInt8(ascii: "b"): return Array(Self.monthNames[month - 1].utf8.prefix(3))
    case UInt8(ascii: "B"): return Array(Self.monthNames[month - 1].utf8)
    case UInt8(ascii: "a"): return Array(Self.dayNames[weekday].utf8.prefix(3))
    case UInt8(ascii: "A"): return Array(Self.dayNames[weekday].utf8)
    case UInt8(ascii: "%"): return [letter]
    default: throw TemplateError(.unsupported, "a date directive outside the supported ones")
    }
  }
}
