import Foundation
import Testing

@testable import Tokenizers

/// The recorded identifiers of real vocabularies (llama.cpp's `ggml-vocab-*.gguf.inp` and `.out`).
@Suite(.enabled(if: SharedData.isPresent, "shared/data is absent"))
struct ConformanceTests {
  struct Case {
    let text: [UInt8]
    let expected: [UInt32]
  }

  static let names = losslessNames + ["bert-bge"]
  /// Those whose tokens give back the very text.
  static let losslessNames = ["llama-spm", "gpt-2", "llama-bpe", "deepseek-llm"]

  static func cases(_ name: String) throws -> [Case] {
    let input = try Data(SharedData.bytes("tokenizers/ggml-vocab-\(name).gguf.inp"))
    let separator = Data("\n__ggml_vocab_test__\n".utf8)
    var texts: [[UInt8]] = []
    var rest = input[...]
    while let range = rest.range(of: separator) {
      texts.append([UInt8](rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    texts.append([UInt8](rest))
    let output = try SharedData.bytes("tokenizers/ggml-vocab-\(name).gguf.out")
    let lines = output.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(texts.count)
    return zip(texts, lines).map { text, line in
      Case(text: text, expected: line.split(separator: 0x20).compactMap { UInt32(String(decoding: $0, as: UTF8.self)) })
    }
  }

  @Test(arguments: names)
  func encodesAsRecorded(name: String) throws {
    let tokenizer = try SharedVocabularies.named(name)
    let cases = try Self.cases(name)
    #expect(cases.count > 40)
    for item in cases {
      let actual = try tokenizer.encode(item.text, addSpecial: false, parseSpecial: false)
      #expect(actual == item.expected, "\(String(decoding: item.text, as: UTF8.self).debugDescription)")
    }
  }

  @Test(arguments: losslessNames)
  func decodesRecordedTexts(name: String) throws {
    let tokenizer = try SharedVocabularies.named(name)
    for item in try Self.cases(name) {
      #expect(tokenizer.decode(item.expected, skipSpecial: true) == item.text)
      #expect(tokenizer.decode(item.expected, skipSpecial: false) == item.text)
    }
  }

  /// WordPiece keeps neither case nor spaces, but what it gives is stable.
  @Test func uncasedTextsReadAlikeAgain() throws {
    let tokenizer = try SharedVocabularies.named("bert-bge")
    for item in try Self.cases("bert-bge") where !item.expected.contains(100) {
      let text = tokenizer.decode(item.expected, skipSpecial: false)
      #expect(try tokenizer.encode(text, addSpecial: false, parseSpecial: false) == item.expected)
    }
  }

  @Test(arguments: names)
  func survivesTheCodec(name: String) throws {
    let tokenizer = try SharedVocabularies.named(name)
    let bytes = tokenizer.encoded()
    let decoded = try Tokenizer(decoding: bytes)
    #expect(decoded == tokenizer)
    #expect(decoded.encoded() == bytes)
  }

  @Test func beginsTextsOnRequest() throws {
    let text = Array("Hello world".utf8)
    #expect(try SharedVocabularies.named("llama-spm").encode(text, addSpecial: true, parseSpecial: false).first == 1)
    #expect(
      try SharedVocabularies.named("llama-bpe").encode(text, addSpecial: true, parseSpecial: false).first == 128_000)
    #expect(try SharedVocabularies.named("gpt-2").encode(text, addSpecial: true, parseSpecial: false) == [15496, 995])
  }

  @Test func parsesSpecialTokensOnRequest() throws {
    let tokenizer = try SharedVocabularies.named("llama-bpe")
    let text = Array("<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>".utf8)
    let parsed = try tokenizer.encode(text, addSpecial: true, parseSpecial: true)
    #expect(parsed == [128_000, 128_006, 882, 128_007, 271, 9906, 128_009])
    #expect(tokenizer.decode(parsed, skipSpecial: true) == Array("user\n\nHello".utf8))
    let plain = try tokenizer.encode(text, addSpecial: false, parseSpecial: false)
    #expect(plain.allSatisfy { $0 < 128_000 })
    #expect(tokenizer.decode(plain, skipSpecial: true) == text)
  }
}
