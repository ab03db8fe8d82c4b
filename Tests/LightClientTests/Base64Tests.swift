import Testing

@testable import LightClient

/// Base64 in its one form.
@Suite struct Base64Tests {
  /// RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ]) func vectorsOfTheStandard(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text) == Array(plain.utf8))
  }

  @Test func everyLengthComesBack() {
    var generator = SplitMix(state: 3)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "=Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm9-", "Zm_v", "Zg==Zg==", "Z g=", "é===",
  ]) func otherTextsAreRefused(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  /// Whatever decodes is written as the same text again.
  @Test func decodingIsCanonical() {
    let alphabet = Array("ABcd+/=09".utf8)
    var generator = SplitMix(state: 5)
    for _ in 0..<5000 {
      let text = String(
        decoding: (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }, as: UTF8.self)
      if let bytes = Base64.decode(text) { #expect(Base64.encode(bytes) == text) }
    }
  }
}
