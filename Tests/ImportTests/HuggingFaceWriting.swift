import StrictJSON

@testable import Checkpoints

/// Writes a made-up checkpoint as a Hugging Face folder.
struct HuggingFaceWriter {
  var checkpoint: MemoryCheckpoint
  var elementType = ElementType.binary32
  /// How many files hold the weights.
  var shardCount = 1

  /// Values that every element type holds exactly.
  static func exact(_ checkpoint: MemoryCheckpoint) -> MemoryCheckpoint {
    var checkpoint = checkpoint
    for role in checkpoint.configuration.tensorRoles {
      checkpoint.replacements[role] = checkpoint.values(role).map { ($0 * 128).rounded() / 128 }
    }
    return checkpoint
  }

  func write(to folder: String) throws {
    try ImportTests.write(JSON.object(config).encoded(), to: folder + "/config.json")
    let roles = checkpoint.configuration.tensorRoles
    guard shardCount > 1 else {
      return try ImportTests.write(safetensors(roles), to: folder + "/model.safetensors")
    }
    var map: [JSONObject.Member] = []
    for shard in 0..<shardCount {
      let own = roles.indices.filter { $0 % shardCount == shard }.map { roles[$0] }
      let name = "model-\(shard).safetensors"
      try ImportTests.write(safetensors(own), to: folder + "/" + name)
      map += own.map { .init(name: HuggingFaceDirectory.name($0), value: .string(name)) }
    }
    let index: JSON = ["weight_map": .object(JSONObject(map))]
    try ImportTests.write(index.encoded(), to: folder + "/model.safetensors.index.json")
  }

  private var config: JSONObject {
    let model = checkpoint.configuration
    return [
      "model_type": .string(model.family), "hidden_size": JSON(model.hiddenSize),
      "intermediate_size": JSON(model.feedForwardSize), "num_hidden_layers": JSON(model.layerCount),
      "num_attention_heads": JSON(model.headCount), "num_key_value_heads": JSON(model.keyValueHeadCount),
      "head_dim": JSON(model.headSize), "vocab_size": JSON(model.vocabularyCount),
      "max_position_embeddings": JSON(model.contextLength),
      "rms_norm_eps": (try? JSON.parse(Array("1e-05".utf8))) ?? .null,
      "hidden_act": "silu", "sliding_window": nil, "tie_word_embeddings": .bool(model.isHeadTied), "bos_token_id": 1,
      "eos_token_id": [7, 2],
    ]
  }

  private func safetensors(_ roles: [TensorRole]) -> [UInt8] {
    var header: [JSONObject.Member] = []
    var data: [UInt8] = []
    for role in roles {
      let bytes = encoded(checkpoint.values(role))
      let shape = checkpoint.configuration.shape(of: role)
      header.append(
        .init(
          name: HuggingFaceDirectory.name(role),
          value: [
            "dtype": .string(elementType.rawValue), "shape": .array(shape.map { JSON($0) }),
            "data_offsets": [JSON(data.count), JSON(data.count + bytes.count)],
          ]))
      data += bytes
    }
    let text = JSON.object(JSONObject(header)).encoded()
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
  }

  private func encoded(_ values: [Float]) -> [UInt8] {
    switch elementType {
    case .binary32: values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    case .binary16: values.flatMap { withUnsafeBytes(of: Float16($0).bitPattern.littleEndian) { Array($0) } }
    case .brain16: values.flatMap { withUnsafeBytes(of: UInt16($0.bitPattern >> 16).littleEndian) { Array($0) } }
    default: preconditionFailure("blocks are written by other means")
    }
  }
}

extension HuggingFaceDirectory {
  /// The name of a tensor in files of Llama and its likes.
  static func name(_ role: TensorRole) -> String { LlamaNames(MemoryCheckpoint().configuration).location(role).name }
}
