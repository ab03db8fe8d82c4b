import Foundation
import StrictJSON

@testable import Checkpoints

/// A decoder with a few hundred weights, written in every form by code that shares nothing with the readers.
struct TinyModel {
  var configuration = TransformerConfiguration(
    family: "llama", hiddenSize: 8, layerCount: 2, headCount: 2, keyValueHeadCount: 1, headSize: 4,
    feedForwardSize: 6, vocabularyCount: 10, contextLength: 16, isHeadTied: false, bosToken: 1, eosTokens: [2])

  /// Integers from −125 to 125, exact in every element type; different for every role.
  func values(_ role: TensorRole) -> [Float] {
    let count = configuration.shape(of: role).reduce(1, *)
    let seed = (configuration.tensorRoles.firstIndex(of: role) ?? 0) * 37
    return (0..<count).map { Float((seed + $0 * 11) % 251 - 125) }
  }

  /// The values with the rows of rotating pairs next to each other.
  func interleavedValues(_ role: TensorRole) -> [Float] {
    guard case .layer(_, let tensor) = role, [.query, .key, .queryBias, .keyBias].contains(tensor) else {
      return values(role)
    }
    let source = values(role)
    let shape = configuration.shape(of: role)
    let width = source.count / shape[0]
    let half = configuration.headSize / 2
    var result = [Float](repeating: 0, count: source.count)
    for head in 0..<shape[0] / configuration.headSize {
      for part in 0..<2 {
        for pair in 0..<half {
          let from = head * configuration.headSize + part * half + pair
          let to = head * configuration.headSize + 2 * pair + part
          result.replaceSubrange(to * width..<(to + 1) * width, with: source[from * width..<(from + 1) * width])
        }
      }
    }
    return result
  }

  /// The form of llama2.c; the head is written when it is not tied.
  func llama2c() -> [UInt8] {
    let model = configuration
    let vocabulary = model.isHeadTied ? model.vocabularyCount : -model.vocabularyCount
    let header = [
      model.hiddenSize, model.feedForwardSize, model.layerCount, model.headCount, model.keyValueHeadCount, vocabulary,
      model.contextLength,
    ]
    var bytes = header.flatMap { littleEndian(Int32($0)) }
    func append(_ role: TensorRole) { bytes += encoded(interleavedValues(role), .binary32) }
    append(.embedding)
    let order: [LayerTensor] = [.attentionNorm, .query, .key, .value, .output, .feedForwardNorm, .gate, .down, .up]
    for tensor in order { for layer in 0..<model.layerCount { append(.layer(layer, tensor)) } }
    append(.finalNorm)
    bytes += [UInt8](repeating: 0xFF, count: model.contextLength * model.headSize * 4)
    if !model.isHeadTied { append(.head) }
    return bytes
  }

  func safetensorsEntries(_ type: ElementType = .binary32) -> [SafetensorsWriter.Entry] {
    configuration.tensorRoles.map { role in
      .init(
        name: HuggingFaceDirectory.name(role), type: type.rawValue, shape: configuration.shape(of: role),
        data: encoded(values(role), type))
    }
  }

  func ggufTensors(_ type: ElementType = .binary32) -> [GGUFWriter.Tensor] {
    let isInterleaved = configuration.family == "llama"
    return configuration.tensorRoles.map { role in
      .init(
        name: GGUFCheckpoint.name(role), kind: [.binary32: 0, .binary16: 1, .brain16: 30][type] ?? 0,
        dimensions: configuration.shape(of: role).reversed(),
        data: encoded(isInterleaved ? interleavedValues(role) : values(role), type))
    }
  }

  func ggufKeys() -> [(String, GGUFValue)] {
    let model = configuration
    let prefix = model.family
    return [
      ("general.architecture", .string(Array(prefix.utf8))),
      ("\(prefix).context_length", .uint32(UInt32(model.contextLength))),
      ("\(prefix).embedding_length", .uint32(UInt32(model.hiddenSize))),
      ("\(prefix).block_count", .uint32(UInt32(model.layerCount))),
      ("\(prefix).feed_forward_length", .uint32(UInt32(model.feedForwardSize))),
      ("\(prefix).attention.head_count", .uint32(UInt32(model.headCount))),
      ("\(prefix).attention.head_count_kv", .uint32(UInt32(model.keyValueHeadCount))),
      ("\(prefix).attention.key_length", .uint32(UInt32(model.headSize))),
      ("\(prefix).attention.layer_norm_rms_epsilon", .float32(model.normEpsilon)),
      ("\(prefix).rope.freq_base", .float32(model.ropeTheta)),
      ("tokenizer.ggml.bos_token_id", .uint32(1)),
      ("tokenizer.ggml.eos_token_id", .uint32(2)),
    ]
  }

  func gguf(_ type: ElementType = .binary32) -> [UInt8] {
    GGUFWriter(keys: ggufKeys(), tensors: ggufTensors(type)).bytes()
  }

  /// `config.json` as it would be published.
  func config() -> JSONObject {
    let model = configuration
    return [
      "model_type": .string(model.family), "hidden_size": JSON(model.hiddenSize),
      "intermediate_size": JSON(model.feedForwardSize), "num_hidden_layers": JSON(model.layerCount),
      "num_attention_heads": JSON(model.headCount), "num_key_value_heads": JSON(model.keyValueHeadCount),
      "head_dim": JSON(model.headSize), "vocab_size": JSON(model.vocabularyCount),
      "max_position_embeddings": JSON(model.contextLength), "rms_norm_eps": decimal("1e-05"),
      "rope_theta": decimal("10000.0"), "hidden_act": "silu", "sliding_window": nil,
      "tie_word_embeddings": .bool(model.isHeadTied), "bos_token_id": 1, "eos_token_id": 2,
    ]
  }
}

extension HuggingFaceDirectory {
  /// The name of a tensor in files of Llama and its likes.
  static func name(_ role: TensorRole) -> String { LlamaNames(TinyModel().configuration).location(role).name }
}

extension GGUFCheckpoint {
  static func name(_ role: TensorRole) -> String { GGUFNames(TinyModel().configuration).location(role).name }
}

/// A JSON number with exactly this text.
func decimal(_ text: String) -> JSON { (try? JSON.parse(Array(text.utf8))) ?? .null }

func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

func encoded(_ values: [Float], _ type: ElementType) -> [UInt8] {
  switch type {
  case .binary32: values.flatMap { littleEndian($0.bitPattern) }
  case .binary16: values.flatMap { littleEndian(Float16($0).bitPattern) }
  case .brain16: values.flatMap { littleEndian(UInt16($0.bitPattern >> 16)) }
  default: preconditionFailure("blocks are written by other means")
  }
}

/// Every weight of a checkpoint, as bits.
func allBits(_ checkpoint: some Checkpoint) throws -> [[UInt32]] {
  try checkpoint.configuration.tensorRoles.map { role in
    try checkpoint.rows(role, 0..<checkpoint.shape(of: role)[0]).map(\.bitPattern)
  }
}

/// The error that `body` throws; anything else fails the test that uses the result.
func checkpointError(_ body: () throws -> Void) -> CheckpointError? {
  do {
    try body()
    return nil
  } catch {
    return error as? CheckpointError
  }
}

/// Runs a body with an empty folder, and removes it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoints-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func makeFolder(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}
