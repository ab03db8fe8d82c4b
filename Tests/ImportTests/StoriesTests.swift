import Checkpoints
import Foundation
import Program
import StrictJSON
import Testing
import Tokenizers

@testable import Import

/// A real model in its three published forms.
@Suite(.enabled(if: SharedData.isPresent, "needs shared/data"))
struct StoriesTests {
  private static let forms = [
    "models/stories260K/stories260K.bin", "models/stories260K/hf", "models/stories260K/stories260K-F32.gguf",
  ]

  private func program(
    _ form: String, in folder: String, threadCount: Int = 2, tokenizer: String? = nil
  ) throws -> Program {
    var options = ImportOptions()
    options.tokenizerPath = try tokenizer.map { try SharedData.path($0) }
    return try importProgram(
      from: SharedData.path(form), to: folder + "/program", options: options, threadCount: threadCount, calibrate: nil)
  }

  @Test func threeFormsGiveOneWeightsRoot() throws {
    try withTemporaryFolder { folder in
      let roots = try Self.forms.map { try program($0, in: folder).weightsRoot }
      #expect(roots[0] == roots[1] && roots[0] == roots[2])
      // Recorded from this test: file version 1, arithmetic version 1, importer version 1, no calibration.
      #expect(roots[0].hex == "0e1f6410eaaff7126a0b565f518e9093d2ae524aec1717162f18df927b120baa")
      for count in [1, 3] {
        let root = try program(Self.forms[2], in: folder, threadCount: count).weightsRoot
        #expect(root == roots[0])
      }
    }
  }

  @Test func vocabularyOfTheGGUFIsTheOneBesideLlama2C() throws {
    try withTemporaryFolder { folder in
      let gguf = try program(Self.forms[2], in: folder)
      let llama2c = try program(Self.forms[0], in: folder, tokenizer: "models/stories260K/tok512.bin")
      #expect(!gguf.tokenizer.isEmpty && !llama2c.tokenizer.isEmpty)
      let texts = ["Once upon a time, there was", " héllo\n", "\u{4F60}\u{597D}", ""]
      let first = try Tokenizer(decoding: gguf.tokenizer)
      let second = try Tokenizer(decoding: llama2c.tokenizer)
      #expect(first.vocabularyCount == 512)
      for text in texts {
        let bytes = Array(text.utf8)
        let (left, right) = (
          try first.encode(bytes, addSpecial: true, parseSpecial: true),
          try second.encode(bytes, addSpecial: true, parseSpecial: true)
        )
        #expect(left == right)
      }
      let record = try JSON.parse(llama2c.sources)
      #expect(record["files"]?.array?.count == 2 && record["name"] == "stories260K")
    }
  }

  private func goldenTokens() throws -> [UInt32] {
    let path = try SharedData.path("models/stories260K/stories260K-greedy256.json")
    let golden = try JSON.parse(Array(Data(contentsOf: URL(fileURLWithPath: path))))
    return try #require(golden["greedy_tokens"]?.array).compactMap { $0.integer.map { UInt32($0) } }
  }

  /// How many of the golden tokens the program finds most likely after those before.
  private func agreement(_ program: Program, _ tokens: some Sequence<UInt32>) throws -> Int {
    var reference = try Reference(program)
    var agreeing = 0
    var token: UInt32 = 1
    for expected in tokens {
      reference.append(token)
      let logits = reference.logits()
      if logits.firstIndex(of: logits.max() ?? 0) == Int(expected) { agreeing += 1 }
      token = expected
    }
    return agreeing
  }

  @Test func programWritesTheStoryOfTheOriginal() throws {
    let tokens = try goldenTokens().prefix(64)
    try withTemporaryFolder { folder in
      let program = try program(Self.forms[0], in: folder)
      #expect(try agreement(program, tokens) >= 62)
    }
  }

  @Test func calibratedProgramWritesTheStoryToo() throws {
    let tokens = try goldenTokens().prefix(64)
    try withTemporaryFolder { folder in
      let calibrator = CacheCalibrator(tokens: [1] + tokens)
      let program = try importProgram(
        from: SharedData.path(Self.forms[0]), to: folder + "/program", calibrate: { try calibrator($0) })
      #expect(try agreement(program, tokens) >= 62)
      #expect(try program.graph.layers.allSatisfy { $0.attention.keyOffsets?.contains { $0 != 0 } ?? false })
    }
  }
}
