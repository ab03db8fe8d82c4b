import StrictJSON
import Testing

@testable import Checkpoints

@Suite struct HuggingFaceConfigurationTests {
  private func config(_ changes: [(String, JSON?)] = [], family: String = "llama") -> JSONObject {
    var config = TinyModel().config()
    config["model_type"] = .string(family)
    for (name, value) in changes { config[name] = value }
    return config
  }

  private func failure(_ changes: [(String, JSON?)], family: String = "llama") -> CheckpointError? {
    checkpointError { _ = try configuration(config(changes, family: family)) }
  }

  private let llama3: JSON = [
    "rope_type": "llama3", "factor": decimal("8.0"), "low_freq_factor": decimal("1.0"),
    "high_freq_factor": decimal("4.0"), "original_max_position_embeddings": 8192,
  ]

  private func merged(_ object: JSON, _ name: String, _ value: JSON?) -> JSON {
    var object = object.object ?? JSONObject()
    object[name] = value
    return .object(object)
  }

  @Test func oldLlamaConfigurationHasItsDefaults() throws {
    let read = try configuration(
      config([
        ("rope_theta", nil), ("num_key_value_heads", nil), ("head_dim", nil), ("tie_word_embeddings", nil),
        ("hidden_act", nil), ("bos_token_id", nil), ("eos_token_id", nil),
      ]))
    #expect(read.ropeTheta == 10_000)
    #expect(read.keyValueHeadCount == 2)
    #expect(read.headSize == 4)
    #expect(!read.isHeadTied)
    #expect(read.bosToken == nil)
    #expect(read.eosTokens == [])
  }

  @Test func llama31ScalingIsReadInBothPlaces() throws {
    let expected = RopeScaling(
      factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
    let old = try configuration(config([("rope_scaling", llama3), ("rope_theta", decimal("500000.0"))]))
    #expect(old.ropeScaling == expected)
    #expect(old.ropeTheta == 500_000)
    let new = try configuration(
      config([("rope_theta", nil), ("rope_parameters", merged(llama3, "rope_theta", decimal("500000")))]))
    #expect(new == old)
    let plain = try configuration(config([("rope_parameters", ["rope_type": "default", "rope_theta": 10000])]))
    #expect(plain.ropeScaling == nil)
  }

  @Test func otherScalingsAreRefused() {
    for kind in ["linear", "dynamic", "yarn", "longrope"] {
      let error = failure([("rope_scaling", ["type": .string(kind), "factor": 2])])
      #expect(error?.place == .field("rope_scaling.rope_type"))
      #expect(error?.reason == .unsupported("scaling \(kind)"))
    }
    #expect(failure([("rope_scaling", merged(llama3, "mscale", 1))])?.place == .field("rope_scaling.mscale"))
    #expect(failure([("rope_scaling", merged(llama3, "factor", nil))])?.reason == .missing)
    #expect(
      failure([("rope_scaling", merged(llama3, "high_freq_factor", decimal("0.5")))])?.place
        == .field("high_freq_factor"))
    #expect(failure([("rope_scaling", merged(llama3, "factor", 0))])?.place == .field("factor"))
    #expect(failure([("rope_scaling", "linear")])?.reason == .wrongKind(expected: "an object"))
    #expect(failure([("partial_rotary_factor", decimal("0.5"))])?.place == .field("partial_rotary_factor"))
  }

  @Test func valuesStatedTwiceMustAgree() {
    let theta: JSON = ["rope_type": "default", "rope_theta": 500_000]
    #expect(failure([("rope_parameters", theta)])?.place == .field("rope_theta"))
    #expect(
      failure([("rope_parameters", ["rope_type": "default"]), ("rope_scaling", llama3)])?.place
        == .field("rope_scaling"))
    #expect(failure([("rope_scaling", merged(llama3, "type", "linear"))])?.place == .field("rope_scaling.type"))
  }

  @Test func specialTokensComeFromTheGenerationFirst() throws {
    let several = try configuration(config([("eos_token_id", [2, 3])]))
    #expect(several.eosTokens == [2, 3])
    let generation: JSONObject = ["eos_token_id": [4, 5, 6]]
    let read = try configuration(config(), generation: generation)
    #expect(read.eosTokens == [4, 5, 6])
    #expect(read.bosToken == 1)
    #expect(failure([("eos_token_id", 10)])?.place == .field("special token"))
    #expect(failure([("eos_token_id", [-1])])?.place == .field("special token"))
    #expect(failure([("eos_token_id", "</s>")])?.place == .field("eos_token_id"))
  }

  @Test func biasesFollowTheFamily() throws {
    let all: [LayerTensor] = [.queryBias, .keyBias, .valueBias, .outputBias]
    #expect(try configuration(config()).layerBiases == [])
    #expect(try configuration(config([("attention_bias", true)])).layerBiases == all)
    #expect(try configuration(config([("mlp_bias", true)])).layerBiases == [.gateBias, .upBias, .downBias])
    #expect(try configuration(config(family: "qwen2")).layerBiases == [.queryBias, .keyBias, .valueBias])
    #expect(try configuration(config(family: "qwen3")).layerBiases == [])
    #expect(try configuration(config(family: "qwen3")).hasQueryKeyNorm)
    #expect(failure([("attention_bias", true)], family: "mistral")?.place == .field("attention_bias"))
    #expect(failure([("mlp_bias", true)], family: "qwen2")?.place == .field("mlp_bias"))
  }

  @Test func mistralSaysWhetherItHasAWindow() throws {
    #expect(try configuration(config(family: "mistral")).slidingWindow == nil)
    #expect(try configuration(config([("sliding_window", 4)], family: "mistral")).slidingWindow == 4)
    #expect(failure([("sliding_window", nil)], family: "mistral")?.place == .field("sliding_window"))
    #expect(failure([("sliding_window", 0)], family: "mistral")?.place == .field("sliding_window"))
  }

  @Test func qwenWindowIsForAllLayersOrNone() throws {
    let window: [(String, JSON?)] = [("sliding_window", 4), ("use_sliding_window", true)]
    for family in ["qwen2", "qwen3"] {
      #expect(try configuration(config([("sliding_window", 4)], family: family)).slidingWindow == nil)
      let all = config(window + [("max_window_layers", 0)], family: family)
      #expect(try configuration(all).slidingWindow == 4)
      let none = config(window + [("max_window_layers", 2)], family: family)
      #expect(try configuration(none).slidingWindow == nil)
      #expect(failure(window + [("max_window_layers", 1)], family: family)?.place == .field("max_window_layers"))
      #expect(failure(window, family: family)?.place == .field("max_window_layers"))
    }
    let kinds: JSON = ["full_attention", "sliding_attention"]
    #expect(failure([("layer_types", kinds)], family: "qwen3")?.place == .field("layer_types"))
    let plain = config([("layer_types", ["full_attention", "full_attention"])], family: "qwen3")
    #expect(try configuration(plain).slidingWindow == nil)
  }

  @Test func requiredFieldsAreNamed() {
    let names = [
      "model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size",
      "max_position_embeddings", "rms_norm_eps",
    ]
    for name in names {
      #expect(failure([(name, nil)]) == .init(file: "config.json", place: .field(name), reason: .missing))
    }
    #expect(failure([("num_key_value_heads", nil)], family: "qwen2")?.reason == .missing)
    #expect(failure([("head_dim", nil)], family: "qwen3")?.reason == .missing)
  }

  @Test(arguments: [
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
    "vocab_size", "max_position_embeddings",
  ])
  func absurdSizesAreRefusedByName(name: String) {
    for value in ["0", "-1", "1e18", "1e400", "0.5", "\"8\"", "[8]", "4194305", "99999999999999999999"] {
      #expect(failure([(name, decimal(value))])?.place == .field(name))
    }
  }

  @Test func otherArchitecturesAreNamed() {
    #expect(failure([("model_type", "gemma3")])?.reason == .unsupported("architecture gemma3"))
    #expect(failure([("architectures", ["LlamaForSequenceClassification"])])?.place == .field("architectures"))
    #expect(failure([("hidden_act", "gelu")])?.reason == .unsupported("activation gelu"))
    #expect(failure([("quantization_config", ["quant_method": "gptq"])])?.place == .field("quantization_config"))
    #expect(failure([("use_mrope", true)], family: "qwen2")?.place == .field("use_mrope"))
  }

  @Test func decimalsAreRoundedOnceToBinary32() throws {
    #expect(try configuration(config()).normEpsilon.bitPattern == Float(1e-5).bitPattern)
    let exact = config([("rms_norm_eps", decimal("9.99999974737875163555145263671875e-6"))])
    #expect(try configuration(exact).normEpsilon.bitPattern == Float(1e-5).bitPattern)
    // Halfway between two binary32 numbers, plus a little that binary64 would lose.
    let tricky = config([("rope_theta", decimal("16777217.000000000000000000001"))])
    #expect(try configuration(tricky).ropeTheta == 16_777_218)
    #expect(failure([("rms_norm_eps", decimal("1e-400"))])?.place == .field("norm epsilon"))
    #expect(failure([("rope_theta", decimal("1e400"))])?.place == .field("rope_theta"))
  }
}
