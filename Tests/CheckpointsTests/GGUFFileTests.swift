import Testing

@testable import Checkpoints

@Suite struct GGUFFileTests {
  @Test(.enabled(if: SharedData.isPresent)) func storiesModelIsRead() throws {
    let file = try GGUFFile(path: SharedData.path("models/stories260K/stories260K-F32.gguf"))
    #expect(file.version == 3)
    #expect(file.metadata.entries.count == 21)
    #expect(file.metadata["general.architecture"]?.text == "llama")
    #expect(file.metadata["llama.embedding_length"]?.integer == 64)
    #expect(file.metadata["tokenizer.ggml.add_bos_token"]?.bool == true)
    #expect(file.metadata["tokenizer.ggml.tokens"]?.array?.strings?.count == 512)
    #expect(file.metadata["tokenizer.ggml.scores"]?.array?.floats?.count == 512)
    #expect(file.tensors.count == 48)
    #expect(file.tensors.first?.name == "token_embd.weight")
    #expect(file.tensors.first?.shape == [512, 64])
    #expect(file.tensors.last?.byteRange.upperBound == file.file.count)
  }

  @Test(
    .enabled(if: SharedData.isPresent),
    arguments: ["bert-bge", "deepseek-llm", "gpt-2", "llama-spm"])
  func vocabulariesAreRead(name: String) throws {
    let file = try GGUFFile(path: SharedData.path("tokenizers/ggml-vocab-\(name).gguf"))
    #expect(file.tensors.isEmpty)
    #expect((file.metadata["tokenizer.ggml.tokens"]?.array?.strings?.count ?? 0) > 1_000)
  }
}
