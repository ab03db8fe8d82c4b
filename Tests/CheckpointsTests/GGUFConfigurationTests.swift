import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct GGUFConfigurationTests {
  private func open(
    _ model: TinyModel = TinyModel(), replacing keys: [String: GGUFValue] = [:], without: [String] = [],
    adding extra: [GGUFWriter.Tensor] = [],
    removing removed: String? = nil
  ) throws -> GGUFCheckpoint {
    var entries = model.ggufKeys().filter { keys[$0.0] == nil && !without.contains($0.0) }
    for (key, value) in keys.sorted(by: { $0.key < $1.key }) { entries.append((key, value)) }
    let tensors = model.ggufTensors().filter { $0.name != removed } + extra
    let bytes = GGUFWriter(keys: entries, tensors: tensors).bytes()
    return try GGUFCheckpoint(GGUFFile(MappedFile(name: "t.gguf", bytes: bytes)))
  }

  private func place(_ keys: [String: GGUFValue]) -> CheckpointError.Place? {
    checkpointError { _ = try open(replacing: keys) }?.place
  }

  @Test func qwenRowsAreNotRearranged() throws {
    var model = TinyModel()
    model.configuration.family = "qwen2"
    model.configuration.layerBiases = [.queryBias, .keyBias, .valueBias]
    let qwen2 = try open(model)
    #expect(qwen2.configuration == model.configuration)
    #expect(try allBits(qwen2) == model.configuration.tensorRoles.map { model.values($0).map(\.bitPattern) })
    model.configuration.family = "qwen3"
    model.configuration.layerBiases = []
    model.configuration.hasQueryKeyNorm = true
    let qwen3 = try open(model)
    #expect(qwen3.configuration == model.configuration)
    #expect(try allBits(qwen3) == model.configuration.tensorRoles.map { model.values($0).map(\.bitPattern) })
  }

  @Test func llamaBiasesAreRearrangedLikeTheirRows() throws {
    var model = TinyModel()
    model.configuration.layerBiases = [.queryBias, .keyBias, .valueBias, .outputBias]
    let gguf = try open(model)
    #expect(gguf.configuration == model.configuration)
    #expect(try allBits(gguf) == model.configuration.tensorRoles.map { model.values($0).map(\.bitPattern) })
  }

  @Test func qwenWithoutItsBiasesIsRefused() {
    var model = TinyModel()
    model.configuration.family = "qwen2"
    let error = checkpointError { _ = try open(model) }
    #expect(error?.place == .tensor("blk.0.attn_q.bias"))
    #expect(error?.reason == .missing)
  }

  @Test func frequencyFactorsOfLlama31AreExposed() throws {
    let name = "rope_freqs.weight"
    let factors = GGUFWriter.Tensor(name: name, kind: 0, dimensions: [2], data: encoded([1, 8], .binary32))
    #expect(try open(adding: [factors]).configuration.ropeFrequencyFactors == [1, 8])
    let wrongShape = GGUFWriter.Tensor(name: name, kind: 0, dimensions: [3], data: encoded([1, 8, 1], .binary32))
    let shape = checkpointError { _ = try open(adding: [wrongShape]) }
    #expect(shape?.reason == .shape(expected: [2], actual: [3]))
    let zero = GGUFWriter.Tensor(name: name, kind: 0, dimensions: [2], data: encoded([1, 0], .binary32))
    #expect(checkpointError { _ = try open(adding: [zero]) }?.place == .field(name))
  }

  @Test func absentFieldsHaveTheirKnownValues() throws {
    let configuration = try open(
      replacing: ["tokenizer.ggml.eot_token_id": .uint32(3), "llama.attention.sliding_window": .uint32(7)],
      without: ["llama.rope.freq_base", "llama.attention.key_length", "tokenizer.ggml.bos_token_id"]
    ).configuration
    #expect(configuration.ropeTheta == 10_000)
    #expect(configuration.headSize == 4)
    #expect(configuration.bosToken == nil)
    #expect(configuration.eosTokens == [2, 3])
    #expect(configuration.slidingWindow == 7)
  }

  @Test func unknownTensorsAreRefusedByName() {
    let extra = GGUFWriter.Tensor(name: "blk.0.ffn_gate_inp.weight", kind: 0, dimensions: [1], data: [0, 0, 0, 0])
    let error = checkpointError { _ = try open(adding: [extra]) }
    #expect(error?.place == .tensor("blk.0.ffn_gate_inp.weight"))
    #expect(error?.reason == .unexpectedTensor)
  }

  @Test func missingTensorsAreNamed() {
    for name in ["token_embd.weight", "blk.1.ffn_up.weight", "output_norm.weight"] {
      let error = checkpointError { _ = try open(removing: name) }
      #expect(error?.place == .tensor(name))
      #expect(error?.reason == .missing)
    }
  }

  @Test func wrongShapesShowBoth() {
    let error = checkpointError { _ = try open(replacing: ["llama.feed_forward_length": .uint32(7)]) }
    #expect(error?.place == .tensor("blk.0.ffn_gate.weight"))
    #expect(error?.reason == .shape(expected: [7, 8], actual: [6, 8]))
  }

  @Test(arguments: [
    "llama.context_length", "llama.embedding_length", "llama.block_count", "llama.feed_forward_length",
    "llama.attention.head_count", "llama.attention.head_count_kv", "llama.attention.key_length",
  ])
  func absurdSizesAreRefusedByName(key: String) {
    for value in [GGUFValue.uint32(0), .int32(-1), .uint64(.max), .uint32(1 << 30), .float32(8), .array(.uint32([8]))] {
      #expect(place([key: value]) == .field(key))
    }
  }

  @Test func fieldsThatChangeTheComputationAreRefused() {
    let fields: [(String, GGUFValue)] = [
      ("llama.expert_used_count", .uint32(8)), ("llama.rope.scaling.type", .string(Array("linear".utf8))),
      ("llama.rope.scaling.factor", .float32(2)), ("llama.attention.causal", .bool(false)),
      ("llama.attention.scale", .float32(1)), ("llama.logit_scale", .float32(1)),
      ("llama.rope.dimension_count", .uint32(2)), ("llama.attention.value_length", .uint32(2)),
      ("split.count", .uint16(2)), ("general.type", .string(Array("adapter".utf8))),
      ("general.architecture", .string(Array("gemma3".utf8))), ("general.architecture", .uint8(1)),
      ("llama.attention.layer_norm_rms_epsilon", .float32(.nan)), ("llama.rope.freq_base", .string([])),
    ]
    for (key, value) in fields { #expect(place([key: value]) == .field(key)) }
  }

  @Test func fieldsThatContradictEachOtherAreRefused() {
    #expect(place(["llama.attention.head_count_kv": .uint32(3)]) == .field("number of key-value heads"))
    #expect(place(["llama.attention.key_length": .uint32(3)]) == .field("head size"))
    #expect(place(["llama.attention.layer_norm_rms_epsilon": .float32(0)]) == .field("norm epsilon"))
    #expect(place(["llama.rope.freq_base": .float32(0.5)]) == .field("rope theta"))
    #expect(place(["tokenizer.ggml.eos_token_id": .uint32(10)]) == .field("special token"))
  }
}
