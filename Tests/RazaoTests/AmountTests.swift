import Testing

@testable import razao

@Suite struct AmountTests {
  @Test(arguments: [
    ("0", 0), ("1", 1_000_000_000), ("1.5", 1_500_000_000), ("0.1", 100_000_000), ("0.000000001", 1),
    ("21000000", 21_000_000_000_000_000), ("0.000000000", 0), ("1.000000000", 1_000_000_000),
    ("18446744073.709551615", UInt64.max), ("0.3", 300_000_000), ("0.7", 700_000_000),
  ]) func razIsReadExactly(_ text: String, _ grains: UInt64) {
    #expect(RazAmount(argument: text)?.grains == grains)
  }

  @Test(arguments: [
    "", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1_000", "0x1", " 1", "1 ", "1.0000000000", "1.0000000001", "00",
    "01",
    "1.2.3", "nan", "inf", "١", "１", "1.5RAZ", "18446744073.709551616", "99999999999999999999", "184467440737",
    "999999999999999999999999999999",
  ]) func whatIsNoAmountIsRefused(_ text: String) {
    #expect(RazAmount(argument: text) == nil)
  }

  @Test(arguments: [
    ("1", 1_000_000), ("0.000001", 1), ("12.345678", 12_345_678), ("18446744073709.551615", UInt64.max),
  ])
  func creditsHaveSixDigits(_ text: String, _ microcredits: UInt64) {
    #expect(CreditAmount(argument: text)?.microcredits == microcredits)
  }

  @Test func aSeventhDigitOfCreditsIsRefused() {
    #expect(CreditAmount(argument: "0.0000001") == nil)
    #expect(CreditAmount(argument: "1.0000000") == nil)
  }

  @Test func amountsAreWrittenShort() {
    #expect(RazAmount.words(1_500_000_000 as UInt64) == "1.5 RAZ")
    #expect(RazAmount.words(0 as UInt64) == "0 RAZ")
    #expect(RazAmount.words(1 as UInt64) == "0.000000001 RAZ")
    #expect(RazAmount.words(-10 as Int128) == "-0.00000001 RAZ")
    #expect(RazAmount.words(Int128(UInt64.max) * -2) == "-36893488147.41910323 RAZ")
    #expect(CreditAmount.words(250_000 as UInt64) == "0.25 credits")
    #expect(DecimalAmount.text(Int64.min, decimals: 0) == "-9223372036854775808")
  }

  @Test func whatIsWrittenIsReadBack() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for shift in 0..<640 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let amount = state >> UInt64(shift % 64)
      let text = DecimalAmount.text(amount, decimals: 9)
      #expect(DecimalAmount.parse(text, decimals: 9) == amount, "\(text)")
      #expect(DecimalAmount.parse(DecimalAmount.text(amount, decimals: 6), decimals: 6) == amount)
    }
  }

  @Test(arguments: [("0", 0), ("2.5", 25_000), ("50", 500_000), ("0.0001", 1)] as [(String, UInt32)])
  func perCentAreExact(_ text: String, _ parts: UInt32) {
    #expect(PercentArgument(argument: text)?.partsPerMillion == parts)
    #expect(PercentArgument(argument: text)?.defaultValueDescription == text)
  }

  @Test(arguments: ["50.0001", "51", "0.00001", "2.5%", "-1", "", "4294967296"]) func whatIsNoShareIsRefused(
    _ text: String
  ) {
    #expect(PercentArgument(argument: text) == nil)
  }
}
