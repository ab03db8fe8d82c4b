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
      for text in texts { #expect(first.encode(Array(text.utf8)) == second.encode(Array(text.utf8))) }
      let record = try JSON.parse(llama2c.sources)
      #expect(record["files"]?.array?.count == 2 && record["name"] == "stories260K")
    }
  }

  @Test func programWritesTheStoryOfTheOriginal() throws {
    let text = try Data(contentsOf: URL(fileURLWithPath: SharedData.path(greedy)))
    let golden = try JSON.parse(Array(text))
    let tokens = try #require(golden["greedy_tokens"]?.array).compactMap { $0.integer.map { UInt32($0) } }
    try withTemporaryFolder { folder in
      var reference = Reference(try program(Self.forms[0], in: folder))
      var agreeing = 0
      var token: UInt32 = 1
      for expected in tokens.prefix(64) {
        reference.append(token)
        let logits = reference.logits()
        if logits.firstIndex(of: logits.max() ?? 0) == Int(expected) { agreeing += 1 }
        token = expected
      }
      #expect(agreeing >= 62)
    }
  }

  private var greedy: String { "models/stories260K/stories260K-greedy256.json" }
}
