import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct Llama2CAttackTests {
  private let valid = TinyModel().llama2c()

  private func failure(_ bytes: [UInt8]) -> CheckpointError? {
    checkpointError { _ = try Llama2CFile(MappedFile(name: "a.bin", bytes: bytes)) }
  }

  private func failure(field: Int, value: Int32) -> CheckpointError? {
    var bytes = valid
    bytes.replaceSubrange(4 * field..<4 * field + 4, with: littleEndian(value))
    return failure(bytes)
  }

  @Test func wrongSizesAreRefusedToTheByte() {
    #expect(failure(valid) == nil)
    #expect(failure(valid + [0])?.reason == .trailingBytes(1))
    #expect(failure(Array(valid.dropLast()))?.reason == .truncated(needed: valid.count, available: valid.count - 1))
    #expect(failure([])?.reason == .truncated(needed: 4, available: 0))
  }

  @Test(arguments: zip(0..<7, ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"]))
  func absurdSizesAreRefusedByName(field: Int, name: String) {
    for value in [0, .min, .max] as [Int32] { #expect(failure(field: field, value: value)?.place == .field(name)) }
  }

  @Test func headsThatDoNotDivideAreRefused() {
    #expect(failure(field: 3, value: 3)?.place == .field("n_heads"))
    #expect(failure(field: 3, value: 8)?.place == .field("n_heads"))
    #expect(failure(field: 4, value: 3)?.place == .field("number of key-value heads"))
    #expect(failure(field: 0, value: 6)?.place == .field("head size"))
  }

  @Test func otherContentsOfBinFilesAreNamed() {
    #expect(failure(field: 0, value: 0x616B_3432)?.reason == .unsupported("a later llama2.c layout"))
    #expect(failure(Array("PK\u{3}\u{4}".utf8))?.reason == .unsupported("a PyTorch archive"))
  }

  @Test func signOfTheVocabularyDecidesTheHead() {
    // The same bytes read as a tied model are one head too long.
    #expect(failure(field: 5, value: 10)?.reason == .trailingBytes(4 * 10 * 8))
  }
}
