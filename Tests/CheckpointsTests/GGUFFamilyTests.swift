import Testing

@testable import Checkpoints
@testable import FileMapping

/// GPT-2, BERT and mixtures of experts in GGUF.
@Suite struct GGUFFamilyTests {
  /// Numbers that differ for every tensor and place.
  private func values(_ shape: [Int], seed: Int) -> [Float] {
    (0..<shape.reduce(1, *)).map { Float((seed * 37 + $0 * 11) % 251 - 125) }
  }

  /// Each stored tensor once, whatever parts of it roles have.
  private func tensors(_ configuration: TransformerConfiguration) -> [GGUFWriter.Tensor] {
    var tensors: [GGUFWriter.Tensor] = []
    for role in configuration.tensorRoles {
      let location = GGUFNames(configuration).location(role)
      guard !tensors.contains(where: { $0.name == location.name }) else { continue }
      let data = encoded(values(location.storedShape, seed: tensors.count), .binary32)
      tensors.append(
        .init(name: location.name, kind: 0, dimensions: location.storedShape.reversed(), data: data))
    }
    return tensors
  }

  private func open(
    _ configuration: TransformerConfiguration, architecture: String, keys: [(String, GGUFValue)],
    without: Set<String> = ["attention.layer_norm_rms_epsilon", "rope.freq_base"]
  ) throws -> GGUFCheckpoint {
    var model = TinyModel()
    model.configuration = configuration
    model.configuration.family = architecture
    let own = model.ggufKeys().filter { key, _ in !without.contains { key == "\(architecture).\($0)" } }
    let bytes = GGUFWriter(
      keys: own + keys.map { ("\(architecture).\($0.0)", $0.1) }, tensors: tensors(configuration)
    ).bytes()
    return try GGUFCheckpoint(GGUFFile(MappedFile(name: "t.gguf", bytes: bytes)))
  }

  private var absolute: TransformerConfiguration {
    var configuration = TinyModel().configuration
    configuration.keyValueHeadCount = 2
    configuration.activation = .gelu
    configuration.becomeAbsolute()
    return configuration
  }

  private let epsilon: (String, GGUFValue) = ("attention.layer_norm_epsilon", .float32(1e-5))

  @Test func gpt2SharesOneMatrix() throws {
    var expected = absolute
    expected.family = "gpt2"
    let gguf = try open(expected, architecture: "gpt2", keys: [epsilon])
    #expect(gguf.configuration == expected)
    let fused = values([24, 8], seed: 4)
    #expect(try gguf.rows(.layer(0, .query), 0..<8) == Array(fused[..<64]))
    #expect(try gguf.rows(.layer(0, .value), 0..<8) == Array(fused[128...]))
    #expect(try gguf.shape(of: .layer(0, .keyBias)) == [8])
  }

  @Test func bertIsAnEncoder() throws {
    var expected = absolute
    expected.family = "bert"
    expected.becomeEncoder(.first, tokenTypeCount: 2)
    expected.bosToken = nil
    expected.eosTokens = []
    expected.isHeadTied = false
    let keys = [epsilon, ("attention.causal", .bool(false)), ("pooling_type", .uint32(2))]
    let gguf = try open(expected, architecture: "bert", keys: keys)
    #expect(gguf.configuration == expected)
    #expect(gguf.has(.embeddingNormBias) && !gguf.has(.finalNorm))
    for kind in [UInt32(0), 3, 4] {
      let error = checkpointError {
        _ = try open(expected, architecture: "bert", keys: [epsilon, ("pooling_type", .uint32(kind))])
      }
      #expect(error?.place == .field("bert.pooling_type"))
    }
    let causal = checkpointError {
      _ = try open(expected, architecture: "bert", keys: [epsilon, ("attention.causal", .bool(true))])
    }
    #expect(causal?.place == .field("bert.attention.causal"))
  }

  @Test(arguments: ["llama", "qwen3moe"]) func expertsShareTensors(architecture: String) throws {
    var expected = TinyModel().configuration
    expected.family = architecture == "llama" ? "llama" : "qwen3_moe"
    expected.hasQueryKeyNorm = architecture == "qwen3moe"
    expected.experts = ExpertsConfiguration(count: 3, chosenCount: 2, size: 4, weighting: .softmaxOfChosen)
    let keys: [(String, GGUFValue)] = [
      ("expert_count", .uint32(3)), ("expert_used_count", .uint32(2)), ("expert_feed_forward_length", .uint32(4)),
    ]
    let gguf = try open(expected, architecture: architecture, keys: keys, without: [])
    #expect(gguf.configuration == expected)
    let stored = tensors(expected)
    let index = try #require(stored.firstIndex { $0.name == "blk.0.ffn_down_exps.weight" })
    let whole = values([3, 8, 4], seed: index)
    #expect(try gguf.rows(.expert(layer: 0, expert: 2, .down), 1..<3) == Array(whole[68..<76]))
  }

  @Test func routersThatComputeOtherwiseAreRefused() {
    var model = TinyModel().configuration
    model.experts = ExpertsConfiguration(count: 3, chosenCount: 2, size: 6, weighting: .softmaxOfChosen)
    let counts: [(String, GGUFValue)] = [("expert_count", .uint32(3)), ("expert_used_count", .uint32(2))]
    let fields: [(String, GGUFValue)] = [
      ("expert_gating_func", .uint32(2)), ("expert_weights_scale", .float32(2)), ("expert_weights_norm", .uint8(1)),
      ("expert_shared_count", .uint32(1)), ("expert_group_count", .uint32(2)),
    ]
    for field in fields {
      let error = checkpointError { _ = try open(model, architecture: "llama", keys: counts + [field], without: []) }
      #expect(error?.place == .field("llama.\(field.0)"))
    }
    let tooMany = checkpointError {
      _ = try open(
        model, architecture: "llama", keys: [counts[0], ("expert_used_count", .uint32(4))], without: [])
    }
    #expect(tooMany?.place == .field("experts of a token"))
  }
}
