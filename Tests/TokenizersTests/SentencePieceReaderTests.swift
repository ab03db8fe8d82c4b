import Testing

@testable import Tokenizers

/// Writes protocol-buffer messages for the tests.
struct ProtobufWriter {
  var bytes: [UInt8] = []

  mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func field(_ number: UInt64, variable value: UInt64) {
    variable(number << 3)
    variable(value)
  }

  mutating func field(_ number: UInt64, bytes value: [UInt8]) {
    variable(number << 3 | 2)
    variable(UInt64(value.count))
    bytes += value
  }

  mutating func field(_ number: UInt64, float value: Float) {
    variable(number << 3 | 5)
    bytes.appendLittleEndian(value.bitPattern)
  }
}

enum SentencePieceFile {
  typealias Piece = (text: [UInt8], score: Float, kind: TokenKind)

  static func model(
    _ pieces: [Piece], type: UInt64 = 2, trainer: [UInt64: UInt64] = [35: 1], normalizer: [UInt64: UInt64] = [4: 0]
  ) -> [UInt8] {
    var model = ProtobufWriter()
    for piece in pieces {
      var message = ProtobufWriter()
      message.field(1, bytes: piece.text)
      message.field(2, float: piece.score)
      if piece.kind != .normal { message.field(3, variable: UInt64(piece.kind.rawValue)) }
      model.field(1, bytes: message.bytes)
    }
    var message = ProtobufWriter()
    message.field(3, variable: type)
    message.field(7, bytes: Array("ignored".utf8))
    for number in trainer.keys.sorted() { message.field(number, variable: trainer[number] ?? 0) }
    model.field(2, bytes: message.bytes)
    message = ProtobufWriter()
    message.field(1, bytes: Array("identity".utf8))
    for number in normalizer.keys.sorted() { message.field(number, variable: normalizer[number] ?? 0) }
    model.field(3, bytes: message.bytes)
    return model.bytes
  }

  static let small: [Piece] = [
    (Array("<unk>".utf8), 0, .unknown), (Array("<s>".utf8), 0, .control), (Array("</s>".utf8), 0, .control),
    (Array("▁".utf8), -3, .normal), (Array("a".utf8), -4, .normal), (Array("▁a".utf8), -1, .normal),
    (Array("[X]".utf8), 0, .userDefined),
  ]
}

struct SentencePieceReaderTests {
  @Test func smallModel() throws {
    let tokenizer = try Tokenizer(sentencePiece: SentencePieceFile.model(SentencePieceFile.small))
    #expect(try tokenizer.encode(Array("a a".utf8), addSpecial: true, parseSpecial: false) == [1, 5, 5])
    #expect(try tokenizer.encode(Array("a[X]a".utf8), addSpecial: false, parseSpecial: false) == [5, 6, 4])
    #expect(try tokenizer.encode(Array("aéèa".utf8), addSpecial: false, parseSpecial: false) == [5, 0, 4])
    #expect((tokenizer.beginningID, tokenizer.endID) == (1, 2))
  }

  @Test func settingsAreRead() throws {
    let file = SentencePieceFile.model(
      SentencePieceFile.small, trainer: [40: 0, 41: UInt64(bitPattern: -1), 42: 2, 43: 1], normalizer: [3: 0])
    let definition = try Tokenizer(sentencePiece: file).definition
    #expect(definition.beginningID == nil && !definition.addsBeginning)
    #expect(definition.paddingID == 1)
    #expect(definition.spacePrefix == .never)
    #expect(definition.collapsesSpaces)
    #expect(!definition.hasByteFallback)
  }

  @Test func otherModelsAreRefused() {
    let pieces = SentencePieceFile.small
    for file in [
      SentencePieceFile.model(pieces, type: 1), SentencePieceFile.model(pieces, trainer: [24: 1]),
      SentencePieceFile.model(pieces, normalizer: [5: 0]), SentencePieceFile.model([(Array("a".utf8), .nan, .normal)]),
      SentencePieceFile.model(pieces, trainer: [42: 99]),
    ] {
      #expect(throws: TokenizerFileError.self) { try Tokenizer(sentencePiece: file) }
    }
  }

  /// Cut files are refused or, where a cut falls between fields, read as the shorter model they are.
  @Test func truncatedFilesNeverTrap() {
    let file = SentencePieceFile.model(SentencePieceFile.small)
    var refused = 0
    for count in 0..<file.count {
      do {
        _ = try Tokenizer(sentencePiece: Array(file.prefix(count)))
      } catch {
        refused += 1
      }
    }
    #expect(refused > file.count * 9 / 10)
  }

  @Test func lyingLengthsAndWireTypesAreRefused() {
    let files: [[UInt8]] = [
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x0A, 0x05, 0x0A], [0x0B], [0x0C], [0x0F],
      [UInt8](repeating: 0xFF, count: 20), [0x0D, 1, 2], [0x09, 1, 2, 3, 4, 5, 6, 7],
    ]
    for file in files { #expect(throws: TokenizerFileError.self) { try Tokenizer(sentencePiece: file) } }
  }

  /// Llama's real vocabulary, written as a SentencePiece model, gives the recorded identifiers.
  @Test(.enabled(if: SharedData.isPresent)) func llamaThroughProtobuf() throws {
    let arrays = try SharedVocabularies.arrays(ofGGUF: "tokenizers/ggml-vocab-llama-spm.gguf")
    let scores = try #require(arrays.scores)
    let types = try #require(arrays.types)
    let pieces = arrays.tokens.indices.map { id in
      SentencePieceFile.Piece(arrays.tokens[id], scores[id], TokenKind(rawValue: UInt8(types[id])) ?? .normal)
    }
    let tokenizer = try Tokenizer(sentencePiece: SentencePieceFile.model(pieces))
    for item in try ConformanceTests.cases("llama-spm") {
      #expect(try tokenizer.encode(item.text, addSpecial: false, parseSpecial: false) == item.expected)
    }
  }
}
