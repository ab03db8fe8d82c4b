/// Block times for people.
enum TimeWords {
  /// `2026-11-22 22:30:05 UTC` of milliseconds since 1970; `never` for zero.
  static func utc(_ milliseconds: UInt64) -> String {
    guard milliseconds > 0 else { return "never" }
    let seconds = milliseconds / 1_000
    guard seconds < 253_402_300_800 else { return "\(milliseconds) ms since 1970" }
    let (year, month, day) = date(days: Int(seconds / 86_400))
    let time = Int(seconds % 86_400)
    return "\(digits(year, 4))-\(digits(month))-\(digits(day)) "
      + "\(digits(time / 3_600)):\(digits(time / 60 % 60)):\(digits(time % 60)) UTC"
  }

  /// The civil date of a day since 1970 in the Gregorian calendar, counted in eras of 400 years that begin in March.
  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func digits(_ value: Int, _ count: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
