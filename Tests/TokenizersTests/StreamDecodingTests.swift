import Testing

@testable import Tokenizers

struct StreamDecodingTests {
  static func bytes(_ values: [UInt8]) throws -> (Tokenizer, [UInt32]) {
    (try SmallVocabulary.byteLevel(merges: []), values.map { UInt32($0) })
  }

  @Test func splitScalarIsHeldBack() throws {
    let (tokenizer, ids) = try Self.bytes(Array("é😀".utf8))
    var decoder = TokenStreamDecoder(tokenizer, skipSpecial: true)
    let pieces = ids.map { decoder.append($0) }
    #expect(pieces == [[], Array("é".utf8), [], [], [], Array("😀".utf8)])
    #expect(decoder.finish().isEmpty)
  }

  @Test func incompleteEndBecomesOneReplacement() throws {
    let (tokenizer, ids) = try Self.bytes([0x61, 0xF0, 0x9F, 0x98])
    #expect(tokenizer.decode(ids, skipSpecial: true) == Array("a\u{FFFD}".utf8))
  }

  @Test func hopelessBytesAreReplacedAtOnce() throws {
    let (tokenizer, ids) = try Self.bytes([0xF0, 0x61, 0xFF])
    var decoder = TokenStreamDecoder(tokenizer, skipSpecial: true)
    #expect(ids.map { decoder.append($0) } == [[], Array("\u{FFFD}a".utf8), Array("\u{FFFD}".utf8)])
  }

  /// The replacement of ill-formed bytes is the standard's, which the language's own decoder follows too.
  @Test func replacesAsTheStandardSays() throws {
    var generator = SeededGenerator(seed: 3)
    let interesting: [UInt8] = [
      0x41, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xEF, 0xF0, 0x90, 0xF4, 0x8F, 0xF5,
    ]
    for _ in 0..<3_000 {
      let values = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
        interesting[Int.random(in: 0..<interesting.count, using: &generator)]
      }
      let (tokenizer, ids) = try Self.bytes(values)
      #expect(tokenizer.decode(ids, skipSpecial: true) == Array(String(decoding: values, as: UTF8.self).utf8))
    }
  }

  @Test func piecesTogetherAreTheWhole() throws {
    let (tokenizer, _) = try Self.bytes([])
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<50 {
      let text = RandomText.utf8(count: 50, using: &generator)
      let ids = try tokenizer.encode(text, addSpecial: false, parseSpecial: false)
      var decoder = TokenStreamDecoder(tokenizer, skipSpecial: true)
      #expect(ids.flatMap { decoder.append($0) } + decoder.finish() == text)
      #expect(tokenizer.decode(ids, skipSpecial: true) == text)
    }
  }

  @Test func unknownIdentifiersDecodeToNothing() throws {
    let (tokenizer, _) = try Self.bytes([])
    #expect(tokenizer.decode([0x61, 256, .max, 0x62], skipSpecial: true) == Array("ab".utf8))
    #expect(tokenizer.bytes(of: .max).isEmpty)
  }

  @Test(.enabled(if: SharedData.isPresent), arguments: ConformanceTests.losslessNames)
  func realVocabulariesGiveEveryTextBack(name: String) throws {
    let tokenizer = try SharedVocabularies.named(name)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      let text = RandomText.utf8(count: 60, using: &generator)
      let ids = try tokenizer.encode(text, addSpecial: true, parseSpecial: false)
      #expect(tokenizer.decode(ids, skipSpecial: true) == text)
    }
  }
}
