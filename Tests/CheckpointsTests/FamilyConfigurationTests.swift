import StrictJSON
import Testing

@testable import Checkpoints

/// `config.json` of GPT-2, BERT, mixtures of experts and Llama 4.
@Suite struct FamilyConfigurationTests {
  /// The least that each family's file says.
  private func config(_ family: String) -> JSONObject {
    var config = TinyModel().config()
    config["model_type"] = .string(family)
    switch family {
    case "gpt2":
      return [
        "model_type": "gpt2", "n_embd": 8, "n_layer": 2, "n_head": 2, "n_positions": 16, "vocab_size": 10,
        "bos_token_id": 9, "eos_token_id": 9,
      ]
    case "bert":
      return [
        "model_type": "bert", "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 6, "max_position_embeddings": 16, "vocab_size": 10,
      ]
    case "mixtral": config["num_local_experts"] = 4
    case "qwen3_moe":
      config["num_experts"] = 4
      config["moe_intermediate_size"] = 5
    default:
      config["num_local_experts"] = 4
      config["intermediate_size_mlp"] = 12
    }
    config["num_experts_per_tok"] = 2
    return config
  }

  private func read(_ family: String, _ changes: [(String, JSON?)] = []) throws -> TransformerConfiguration {
    var config = config(family)
    for (name, value) in changes { config[name] = value }
    return try configuration(config)
  }

  private func failure(_ family: String, _ name: String, _ value: JSON?) -> CheckpointError? {
    checkpointError { _ = try read(family, [(name, value)]) }
  }

  @Test func gpt2IsPlainAndAbsolute() throws {
    let read = try read("gpt2")
    #expect(read.normKind == .layer && !read.isNormAfter && !read.isGated && read.hasPositions && read.isHeadTied)
    #expect(read.feedForwardSize == 32 && read.keyValueHeadCount == 2 && read.activation == .gelu)
    #expect(read.normEpsilon == 1e-5 && read.bosToken == 9 && read.eosTokens == [9])
    #expect((0..<2).allSatisfy { !read.isRotated($0) })
    #expect(read.layerBiases == [.queryBias, .keyBias, .valueBias, .outputBias, .upBias, .downBias])
    #expect(try self.read("gpt2", [("n_inner", 5)]).feedForwardSize == 5)
    #expect(try self.read("gpt2", [("activation_function", "relu")]).activation == .relu)
  }

  @Test func gpt2VariantsThatComputeOtherwiseAreRefused() {
    let fields: [(String, JSON)] = [
      ("activation_function", "silu"), ("scale_attn_weights", false), ("scale_attn_by_inverse_layer_idx", true),
      ("add_cross_attention", true), ("n_head", 3), ("architectures", ["GPT2ForSequenceClassification"]),
    ]
    for (name, value) in fields { #expect(failure("gpt2", name, value)?.place == .field(name)) }
    for name in ["n_embd", "n_layer", "n_head", "n_positions", "vocab_size"] {
      #expect(failure("gpt2", name, nil) == .init(file: "config.json", place: .field(name), reason: .missing))
    }
  }

  @Test func bertIsAnEncoder() throws {
    let read = try read("bert", [("eos_token_id", 3)])
    #expect(read.pooling == .mean && read.isNormAfter && read.hasEmbeddingNorm && read.tokenTypeCount == 2)
    #expect(read.normEpsilon == 1e-12 && read.eosTokens.isEmpty && read.bosToken == nil)
    #expect(!read.tensorRoles.contains(.head) && !read.tensorRoles.contains(.finalNorm))
    #expect(try configuration(config("bert"), pooling: .first).pooling == .first)
  }

  @Test func bertVariantsThatComputeOtherwiseAreRefused() {
    let fields: [(String, JSON)] = [
      ("position_embedding_type", "relative_key"), ("is_decoder", true), ("hidden_act", "silu"),
      ("add_cross_attention", true), ("type_vocab_size", 0), ("num_attention_heads", 3),
      ("architectures", ["BertForSequenceClassification"]),
    ]
    for (name, value) in fields { #expect(failure("bert", name, value)?.place == .field(name)) }
  }

  @Test func softmaxRoutersAreRead() throws {
    let mixtral = try #require(try read("mixtral").experts)
    #expect(mixtral == .init(count: 4, chosenCount: 2, size: 6, weighting: .softmaxOfChosen))
    let qwen = try #require(try read("qwen3_moe").experts)
    #expect(qwen == .init(count: 4, chosenCount: 2, size: 5, weighting: .softmaxOfAll))
    #expect(try read("qwen3_moe", [("norm_topk_prob", true)]).experts?.weighting == .softmaxOfChosen)
    #expect(try read("qwen3_moe", [("mlp_only_layers", [1])]).experts?.denseLayers == [1])
    #expect(try read("qwen3_moe", [("decoder_sparse_step", 2)]).experts?.denseLayers == [0])
    #expect(try read("qwen3_moe", [("num_experts", nil), ("num_local_experts", 7)]).experts?.count == 7)
    #expect(try read("mixtral", [("rope_theta", nil)]).ropeTheta == 1_000_000)
  }

  @Test func expertsThatContradictThemselvesAreRefused() {
    #expect(failure("mixtral", "num_experts_per_tok", 5)?.place == .field("experts of a token"))
    #expect(failure("mixtral", "num_local_experts", 0)?.place == .field("num_local_experts"))
    #expect(failure("qwen3_moe", "num_local_experts", 5)?.place == .field("num_experts"))
    #expect(failure("qwen3_moe", "use_sliding_window", true) == nil)
    let windowed = checkpointError {
      _ = try read("qwen3_moe", [("use_sliding_window", true), ("sliding_window", 4)])
    }
    #expect(windowed?.place == .field("use_sliding_window"))
    // The shared expert of Qwen2's mixture has a gate that no program can hold.
    #expect(failure("mixtral", "model_type", "qwen2_moe")?.reason == .unsupported("architecture qwen2_moe"))
  }
}

@Suite struct Llama4ConfigurationTests {
  private func read(_ changes: [(String, JSON?)] = [], layerCount: Int = 8) throws -> TransformerConfiguration {
    var config = TinyModel().config()
    let fields: [(String, JSON?)] = [
      ("model_type", "llama4_text"), ("num_hidden_layers", JSON(layerCount)), ("num_local_experts", 4),
      ("num_experts_per_tok", 1), ("intermediate_size_mlp", 12),
    ]
    for (name, value) in fields + changes { config[name] = value }
    return try configuration(config)
  }

  private func failure(_ name: String, _ value: JSON?) -> CheckpointError? {
    checkpointError { _ = try read([(name, value)]) }
  }

  @Test func defaultsAreThoseOfTheFamily() throws {
    let read = try read([("rope_theta", nil)])
    #expect(read.unrotatedLayers == [3, 7] && read.attentionChunk == 8_192 && read.ropeTheta == 500_000)
    #expect(read.temperature == TemperatureTuning(scale: 0.1, step: 8_192) && read.hasWeightlessQueryKeyNorm)
    #expect(read.experts?.denseLayers == [] && read.experts?.sharedSize == 6 && read.feedForwardSize == 12)
    #expect(read.experts?.weighting == .sigmoid && read.experts?.weighsInput == true)
  }

  @Test func layersAreWhatTheListsSay() throws {
    let read = try read(
      [
        ("no_rope_layers", [1, 0, 0, 1]), ("interleave_moe_layer_step", 2), ("attention_chunk_size", 16),
        ("attn_temperature_tuning", false), ("use_qk_norm", false),
        ("layer_types", ["chunked_attention", "full_attention", "full_attention", "chunked_attention"]),
      ], layerCount: 4)
    #expect(read.unrotatedLayers == [1, 2] && read.experts?.denseLayers == [0, 2] && read.attentionChunk == 16)
    #expect(read.temperature == nil && !read.hasWeightlessQueryKeyNorm)
    #expect(try self.read([("moe_layers", [5])]).experts?.denseLayers == [0, 1, 2, 3, 4, 6, 7])
    #expect(try self.read([("moe_layers", [])]).experts == nil)
    #expect(try self.read([("no_rope_layers", [])]).unrotatedLayers == [3, 7])
    // Older files have an integer here.
    #expect(try self.read([("attn_temperature_tuning", 4)]).temperature != nil)
    #expect(try self.read([("attn_temperature_tuning", 0)]).temperature == nil)
  }

  @Test func contextBeyondTheLimitIsCut() throws {
    #expect(try read([("max_position_embeddings", 10_485_760)]).contextLength == 1_048_576)
    #expect(try read([("max_position_embeddings", 4_096)]).contextLength == 4_096)
  }

  @Test func listsThatDoNotFitAreRefused() {
    let fields: [(String, JSON?)] = [
      ("no_rope_layers", [1, 0]), ("no_rope_layers", [1, 0, 2, 0, 1, 0, 1, 0]), ("moe_layers", [8]),
      ("layer_types", ["full_attention"]), ("attention_chunk_size", 0), ("floor_scale", 0), ("attn_scale", "x"),
      ("interleave_moe_layer_step", 0), ("no_rope_layer_interval", 0), ("attn_temperature_tuning", "yes"),
      ("head_dim", nil), ("intermediate_size_mlp", nil), ("attn_scale", decimal("-0.5")),
    ]
    for (name, value) in fields { #expect(failure(name, value)?.place == .field(name)) }
    var config = TinyModel().config()
    config["model_type"] = "llama4"
    #expect(checkpointError { _ = try configuration(config) }?.place == .field("text_config"))
  }
}
