import StrictJSON
import Testing

private struct NotANumber: Error {}

@Suite struct NumberTests {
  private func number(_ text: String) throws -> JSONNumber {
    let value = try JSON.parse(Array(text.utf8))
    guard case .number(let number) = value else { throw NotANumber() }
    return number
  }

  @Test(
    arguments: [
      ("0.7", 4, 7000), ("1", 4, 10_000), ("1e-4", 4, 1), ("-2.0000", 4, -20_000), ("0.00005e1", 4, 5), ("0", 4, 0),
      ("0e99999999999", 0, 0), ("12.0", 0, 12), ("1.5e1", 0, 15), ("9223372036854775807", 0, .max),
      ("-9223372036854775808", 0, .min), ("100e-2", 0, 1),
    ] as [(String, Int, Int)])
  func exactValues(text: String, power: Int, value: Int) throws {
    #expect(try number(text).scaled(byPowerOfTen: power) == value)
  }

  @Test(arguments: [
    ("0.00001", 4), ("1.5", 0), ("9223372036854775808", 0), ("-9223372036854775809", 0), ("1e400", 0), ("1e-400", 4),
    ("1e999999999999999999999", 0), ("1e9223372036854775807", 1), ("1e-9223372036854775808", 0),
  ])
  func whatDoesNotFitIsNil(text: String, power: Int) throws {
    #expect(try number(text).scaled(byPowerOfTen: power) == nil)
  }

  @Test func textIsKept() throws {
    #expect(try number("1.50e+2").text == "1.50e+2")
    #expect(try number("10").isWrittenAsInteger)
    #expect(try !number("1e1").isWrittenAsInteger)
  }

  @Test func writerEscapesWhatItMust() {
    let value: JSON = ["a\"b": ["\u{1}", "\n", "é", 5, nil, true]]
    #expect(value.text == "{\"a\\\"b\":[\"\\u0001\",\"\\n\",\"é\",5,null,true]}")
    #expect(String(decoding: value.encoded(indented: true), as: UTF8.self).contains("\n  \"a"))
  }
}
