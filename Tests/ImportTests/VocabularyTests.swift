import Checkpoints
import Foundation
import Testing
import Tokenizers

@testable import Import

/// Vocabularies in GGUF files, as they are found.
@Suite(.enabled(if: SharedData.isPresent, "needs shared/data"))
struct VocabularyTests {
  /// The texts that llama.cpp publishes for a vocabulary, with its tokens.
  private func conformance(_ name: String) throws -> [(text: [UInt8], tokens: [UInt32])] {
    let path = try SharedData.path("tokenizers/ggml-vocab-\(name).gguf")
    let input = try String(contentsOfFile: path + ".inp", encoding: .utf8)
    let output = try String(contentsOfFile: path + ".out", encoding: .utf8)
    let texts = input.components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    return zip(texts, lines).map { text, line in
      (Array(text.utf8), line.split(separator: " ").compactMap { UInt32($0) })
    }
  }

  @Test(arguments: ["llama-spm", "gpt-2", "deepseek-llm", "bert-bge"])
  func publishedVocabulariesTokenizeAsPublished(name: String) throws {
    let file = try GGUFFile(path: SharedData.path("tokenizers/ggml-vocab-\(name).gguf"))
    let tokenizer = try #require(try GGUFVocabulary(file.metadata).tokenizer())
    let again = try Tokenizer(decoding: tokenizer.encoded())
    let cases = try conformance(name)
    #expect(cases.count > 30)
    for (text, expected) in cases {
      for candidate in [tokenizer, again] {
        let tokens = try candidate.encode(text, addSpecial: false, parseSpecial: false)
        #expect(tokens == expected)
      }
    }
  }

  @Test func rankFileOfAnotherSizeIsRefused() throws {
    var options = ImportOptions()
    options.tokenizerPath = try SharedData.path("tokenizers/llama3-tokenizer.model")
    #expect(importError(MemoryCheckpoint(), options: options)?.description.contains("128256 tokens") == true)
  }

  @Test func absentReplacementIsNamed() {
    var options = ImportOptions()
    options.tokenizerPath = "/nowhere/tokenizer.json"
    #expect(importError(MemoryCheckpoint(), options: options)?.description.contains("/nowhere/tokenizer.json") == true)
  }
}
