/// A transformer in a GGUF file: architectures `llama` (Mistral and Mixtral too), `qwen2`, `qwen3`, `qwen3moe`, `gpt2`
/// and `bert`.
package struct GGUFCheckpoint: TableBackedCheckpoint {
  /// Metadata, with the tokenizer's among it.
  package let gguf: GGUFFile
  package let configuration: TransformerConfiguration
  package let files: [SourceFile]
  package var companions: [SourceFile] { [] }
  let table: TensorTable

  /// Checks every key of the architecture and every tensor.
  /// - Throws: `CheckpointError` with the key or the tensor.
  package init(_ gguf: GGUFFile) throws(CheckpointError) {
    let path = gguf.file.path
    var tensors = NamedTensors(source: path)
    try tensors.add(gguf.tensors, of: gguf.file)
    let fields = try GGUFFields(metadata: gguf.metadata, file: path)
    let configuration = try fields.configuration(tensors: tensors)
    table = try tensors.table(for: configuration, names: GGUFNames(configuration))
    self.gguf = gguf
    self.configuration = configuration
    files = [SourceFile(gguf.file)]
  }
}
