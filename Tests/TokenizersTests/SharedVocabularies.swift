import Checkpoints
import Testing

@testable import Tokenizers

/// Real vocabularies, each read once.
enum SharedVocabularies {
  static let llama = Result { try gguf("tokenizers/ggml-vocab-llama-spm.gguf") }
  static let gpt2 = Result { try gguf("tokenizers/ggml-vocab-gpt-2.gguf") }
  static let deepSeek = Result { try gguf("tokenizers/ggml-vocab-deepseek-llm.gguf") }
  static let bert = Result { try gguf("tokenizers/ggml-vocab-bert-bge.gguf") }
  static let llama3 = Result { try Tokenizer(rankFile: SharedData.bytes("tokenizers/llama3-tokenizer.model")) }

  static func named(_ name: String) throws -> Tokenizer {
    switch name {
    case "llama-spm": try llama.get()
    case "gpt-2": try gpt2.get()
    case "deepseek-llm": try deepSeek.get()
    case "bert-bge": try bert.get()
    default: try llama3.get()
    }
  }

  static func gguf(_ name: String) throws -> Tokenizer {
    try Tokenizer(arrays(ofGGUF: name))
  }

  static func arrays(ofGGUF name: String) throws -> VocabularyArrays {
    let metadata = try GGUFFile(path: SharedData.path(name)).metadata
    func value(_ key: String) -> GGUFValue? { metadata["tokenizer.ggml." + key] }
    func id(_ key: String) -> UInt32? { value(key)?.integer.flatMap { UInt32(exactly: $0) } }
    var arrays = VocabularyArrays(
      tokens: try #require(value("tokens")?.array?.strings), model: try #require(value("model")?.text))
    arrays.scores = value("scores")?.array?.floats
    arrays.types = value("token_type")?.array?.integers?.map { Int32($0) }
    arrays.merges = value("merges")?.array?.strings
    arrays.preTokenizer = value("pre")?.text
    arrays.beginningID = id("bos_token_id")
    arrays.endID = id("eos_token_id")
    arrays.unknownID = id("unknown_token_id")
    arrays.paddingID = id("padding_token_id")
    arrays.addsBeginning = value("add_bos_token")?.bool
    arrays.addsEnd = value("add_eos_token")?.bool
    arrays.addsSpacePrefix = value("add_space_prefix")?.bool
    return arrays
  }
}
