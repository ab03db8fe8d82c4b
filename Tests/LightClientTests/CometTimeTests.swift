import Testing

@testable import LightClient

/// Times as CometBFT writes them.
@Suite struct CometTimeTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0),
      ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
      ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
      ("2023-05-17T14:12:53.088875124Z", 1_684_332_773, 88_875_124),
      ("2024-02-29T00:00:00.5Z", 1_709_164_800, 500_000_000),
      ("2000-02-29T12:00:00Z", 951_825_600, 0),
      ("1969-12-31T23:59:59.25Z", -1, 250_000_000),
    ] as [(String, Int64, UInt32)]) func textsAndSeconds(text: String, seconds: Int64, nanoseconds: UInt32)
  {
    #expect(CometTime(rfc3339: text) == CometTime(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test(arguments: [
    "", "2023-05-17T14:12:53", "2023-05-17T14:12:53+00:00", "2023-05-17t14:12:53Z", "2023-05-17 14:12:53Z",
    "2023-05-17T14:12:53.Z", "2023-05-17T14:12:53.0123456789Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z", "2023-01-00T00:00:00Z", "2023-01-32T00:00:00Z",
    "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z", "2023-01-01T00:00:60Z", "0000-01-01T00:00:00Z",
    "+023-01-01T00:00:00Z", "2023-01-01T00:00:00,5Z", "2023-01-01T00:00:0٣Z", "20230-01-01T00:00:00Z",
    "2023-01-01T00:00:00Z ", "2023-01-01T00:00:00.1234567891234567Z",
  ]) func otherTextsAreRefused(text: String) {
    #expect(CometTime(rfc3339: text) == nil)
  }

  @Test func everyDayFollowsTheOneBefore() {
    var expected: Int64 = -62_135_596_800
    for year in [1, 4, 100, 400, 1900, 1970, 2000, 2023, 2024, 9999] {
      var previous: Int64?
      for month in 1...12 {
        for day in 1...31 {
          let pad = { (value: Int, width: Int) in
            String(repeating: "0", count: width - String(value).count) + String(value)
          }
          let text = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T00:00:00Z"
          guard let time = CometTime(rfc3339: text) else { continue }
          if let previous { #expect(time.seconds == previous + 86_400) }
          previous = time.seconds
        }
      }
      expected = previous ?? 0
    }
    #expect(expected == 253_402_300_799 - 86_399)
  }

  @Test func orderAndAddition() throws {
    let time = try #require(CometTime(seconds: -1, nanoseconds: 999_000_000))
    #expect(time.adding(milliseconds: 1) == CometTime(seconds: 0))
    #expect(time < time.adding(milliseconds: 1))
    #expect(time.adding(milliseconds: 2_002) == CometTime(seconds: 2, nanoseconds: 1_000_000))
    #expect(time.adding(milliseconds: .max) > time)
    #expect(CometTime(milliseconds: 1_234_567) == CometTime(seconds: 1234, nanoseconds: 567_000_000))
    #expect(CometTime(milliseconds: .max) == nil)
    #expect(CometTime(seconds: 0, nanoseconds: 1_000_000_000) == nil)
    #expect(CometTime(seconds: .max) == nil)
    #expect(CometTime(seconds: .min) == nil)
  }

  @Test func chainNames() {
    #expect(ChainID("a")?.description == "a")
    #expect(ChainID(String(repeating: "a", count: 50)) != nil)
    for name in ["", String(repeating: "a", count: 51), "a\n", "caf\u{E9}", "\u{7F}"] { #expect(ChainID(name) == nil) }
  }
}
