/// Moments in words.
enum UTCTime {
  /// RFC 3339 with milliseconds: `2026-11-22T23:00:00.000Z`.
  /// - Parameter milliseconds: since 1970.
  static func text(milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1_000
    let (year, month, day) = date(days: Int(seconds / 86_400))
    let time = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60].map { digits(Int($0), 2) }
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(time.joined(separator: ":"))"
      + ".\(digits(Int(milliseconds % 1_000), 3))Z"
  }

  /// The civil date of a day since 1970, in the proleptic Gregorian calendar; years are counted from March.
  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
