import Testing
@testable import Tokenizers
@Test func speedProbe() throws {
  let base: [UInt8] = try ConformanceTests.cases("gpt-2").flatMap { (item) -> [UInt8] in item.text + [0x20] }
  var text = [UInt8]()
  while text.count < 1 << 20 { text += Array("The quick brown fox jumps over the lazy dog, and then it's gone. ".utf8); if text.count % 7 == 0 { text += base } }
  let clock = ContinuousClock()
  for name in ConformanceTests.names {
    let tokenizer = try SharedVocabularies.named(name)
    var n = 0
    let d = try clock.measure { n = try tokenizer.encode(text, addSpecial: false, parseSpecial: true).count }
    let e = try clock.measure { _ = try tokenizer.encode(Array(repeating: 0x61, count: 100_000), addSpecial: false, parseSpecial: true).count }
    let f = try clock.measure { _ = try Tokenizer(decoding: tokenizer.encoded()) }
    print("SPEED", name, text.count, n, d, "aaa:", e, "codec:", f)
  }
}
