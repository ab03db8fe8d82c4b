import StrictJSON
import Testing

@Suite struct ParsingTests {
  private func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    try JSON.parse(Array(text.utf8), limits: limits)
  }

  private func reason(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> JSONError.Reason? {
    do {
      _ = try JSON.parse(bytes, limits: limits)
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func valuesOfEveryKind() throws {
    let value = try parse(#" {"a": [1, -2.5e3, true, false, null], "b": {"c": "d"}, "": ""} "#)
    #expect(value["a"]?.array?.count == 5)
    #expect(value["a"]?.array?[1].integer == -2500)
    #expect(value["a"]?.array?[2].bool == true)
    #expect(value["a"]?.array?[4].isNull == true)
    #expect(value["b"]?["c"]?.string == "d")
    #expect(value[""]?.string == "")
    #expect(value["x"] == nil && value["a"]?["x"] == nil)
  }

  @Test func membersKeepTheirOrder() throws {
    let value = try parse(#"{"z":1,"a":2,"m":3}"#)
    #expect(value.object?.members.map(\.name) == ["z", "a", "m"])
    #expect(value.text == #"{"z":1,"a":2,"m":3}"#)
  }

  @Test(arguments: [
    (#""\u00e9\n\t\"\\\/\b\f\r""#, "\u{E9}\n\t\"\\/\u{8}\u{C}\r"),
    (#""\ud83d\ude00""#, "\u{1F600}"),
    (#""\u0000""#, "\0"),
  ])
  func escapes(text: String, value: String) throws {
    #expect(try parse(text).string == value)
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd), ("{", .unexpectedEnd), ("[1,]", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte),
      ("nul", .unexpectedEnd), ("nulx", .unexpectedByte), ("01", .trailingBytes), ("1 2", .trailingBytes),
      ("-", .invalidNumber), ("1.", .invalidNumber), ("1e", .invalidNumber), (".5", .unexpectedByte),
      ("+1", .unexpectedByte),
      ("\"\\x\"", .invalidEscape), ("\"\\u12g4\"", .invalidEscape), ("\"\n\"", .controlCharacter),
      ("\"abc", .unexpectedEnd),
      ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\ud800\\u0041\"", .loneSurrogate),
      ("{\"a\":1,\"a\":2}", .duplicateName), ("NaN", .unexpectedByte), ("'a'", .unexpectedByte),
    ] as [(String, JSONError.Reason)])
  func malformedTextsAreRefused(text: String, reason expected: JSONError.Reason) {
    #expect(reason(Array(text.utf8)) == expected)
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0xC3, 0x22],
    ] as [[UInt8]])
  func invalidUTF8IsRefused(bytes: [UInt8]) {
    #expect(reason(bytes) == .invalidUTF8)
  }

  @Test func aByteOrderMarkIsRefused() {
    #expect(reason([0xEF, 0xBB, 0xBF, 0x31]) == .unexpectedByte)
  }

  @Test func canonicallyEquivalentNamesAreDifferentNames() throws {
    let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{E9}"]?.integer == 1)
    #expect(value["e\u{301}"]?.integer == 2)
  }

  @Test func depthIsLimited() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(reason(deep) == .tooDeep)
    #expect(reason(Array("[[1]]".utf8), limits: JSONLimits(depth: 1)) == .tooDeep)
    #expect(reason(Array("[[1]]".utf8), limits: JSONLimits(depth: 2)) == nil)
  }

  @Test func lengthIsLimited() {
    #expect(reason(Array("123456".utf8), limits: JSONLimits(byteCount: 5)) == .tooLong)
  }

  @Test func mutatedTextsNeverTrap() {
    let text = Array(#"{"a":[1,-2.5e3,true,null,"\u00e9\ud83d\ude00x"],"b":{"c":{}}}"#.utf8)
    for index in text.indices {
      for byte in [0, 0x22, 0x5B, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8] {
        var mutant = text
        mutant[index] = byte
        if let value = try? JSON.parse(mutant) { #expect((try? JSON.parse(value.encoded())) == value) }
      }
      _ = try? JSON.parse(Array(text[..<index]))
    }
  }
}
