import StrictJSON
import Testing

@testable import Checkpoints

@Suite struct HuggingFaceDirectoryTests {
  private func failure(_ prepare: (String) throws -> Void) throws -> CheckpointError? {
    try withTemporaryFolder { folder in
      try prepare(folder)
      return checkpointError { _ = try HuggingFaceDirectory(path: folder) }
    }
  }

  private func write(tensors: [SafetensorsWriter.Entry], config: JSONObject? = nil, to folder: String) throws {
    try writeModel(TinyModel(), config: config, to: folder)
    try CheckpointsTests.write(SafetensorsWriter(entries: tensors).bytes(), to: folder + "/model.safetensors")
  }

  @Test(arguments: ["mistral", "qwen2", "qwen3"]) func everyFamilyIsRead(family: String) throws {
    var model = TinyModel()
    model.configuration.family = family
    model.configuration.hasQueryKeyNorm = family == "qwen3"
    model.configuration.layerBiases = family == "qwen2" ? [.queryBias, .keyBias, .valueBias] : []
    try withTemporaryFolder { folder in
      try writeModel(model, to: folder)
      let directory = try HuggingFaceDirectory(path: folder)
      #expect(directory.configuration == model.configuration)
      #expect(try allBits(directory) == model.configuration.tensorRoles.map { model.values($0).map(\.bitPattern) })
    }
  }

  @Test func companionsAndGenerationAreFound() throws {
    try withTemporaryFolder { folder in
      try writeModel(TinyModel(), to: folder)
      try CheckpointsTests.write(Array("{}".utf8), to: folder + "/tokenizer_config.json")
      try CheckpointsTests.write(Array("{{ messages }}".utf8), to: folder + "/chat_template.jinja")
      try CheckpointsTests.write(Array("{\"eos_token_id\": [3]}".utf8), to: folder + "/generation_config.json")
      let directory = try openCheckpoint(folder)
      #expect(directory.companions.map(\.name) == ["tokenizer_config.json", "chat_template.jinja"])
      #expect(directory.files.map(\.name) == ["config.json", "generation_config.json", "model.safetensors"])
      #expect(directory.configuration.eosTokens == [3])
    }
  }

  @Test func absentFilesAreNamedWithTheirPath() throws {
    let config = try failure { _ in }
    #expect(config?.file.hasSuffix("/config.json") == true)
    #expect(config?.reason == .unreadable("No such file or directory"))
    let weights = try failure {
      try CheckpointsTests.write(JSON.object(TinyModel().config()).encoded(), to: $0 + "/config.json")
    }
    #expect(weights?.file.hasSuffix("/model.safetensors.index.json") == true)
  }

  @Test func tableOfRotaryFrequenciesIsHarmless() throws {
    let extra = SafetensorsWriter.Entry(
      name: "model.layers.0.self_attn.rotary_emb.inv_freq", type: "F32", shape: [2], data: encoded([1, 0], .binary32))
    #expect(try failure { try write(tensors: TinyModel().safetensorsEntries() + [extra], to: $0) } == nil)
  }

  @Test func unknownTensorIsRefusedByName() throws {
    let extra = SafetensorsWriter.Entry(
      name: "model.layers.0.mlp.experts.weight", type: "F32", shape: [1], data: encoded([1], .binary32))
    let error = try failure { try write(tensors: TinyModel().safetensorsEntries() + [extra], to: $0) }
    #expect(error?.place == .tensor(extra.name))
    #expect(error?.reason == .unexpectedTensor)
  }

  @Test func transposedMatrixIsRefused() throws {
    var tensors = TinyModel().safetensorsEntries()
    let index = try #require(tensors.firstIndex { $0.name == "model.layers.0.mlp.down_proj.weight" })
    tensors[index].shape = [6, 8]
    let error = try failure { try write(tensors: tensors, to: $0) }
    #expect(error?.reason == .shape(expected: [8, 6], actual: [6, 8]))
  }

  @Test func headThatContradictsItsTieIsRefused() throws {
    var config = TinyModel().config()
    config["tie_word_embeddings"] = true
    let tensors = TinyModel().safetensorsEntries()
    let different = try failure { try write(tensors: tensors, config: config, to: $0) }
    #expect(different?.place == .tensor("lm_head.weight"))
    let absent = try failure { try write(tensors: tensors.dropLast(), to: $0) }
    #expect(absent?.place == .tensor("lm_head.weight"))
    #expect(absent?.reason == .missing)
  }

  @Test(arguments: ["../model.safetensors", "/etc/passwd", "a/b.safetensors", "..", ".", "", "a b", ".hidden", "é"])
  func shardsOutsideTheDirectoryAreRefused(name: String) throws {
    let error = try failure { folder in
      try CheckpointsTests.write(JSON.object(TinyModel().config()).encoded(), to: folder + "/config.json")
      try writeIndex([("model.norm.weight", name)], in: folder)
    }
    #expect(error?.place == .field("weight_map.model.norm.weight"))
  }

  @Test func shardsThatDisagreeWithTheIndexAreRefused() throws {
    func sharded(_ change: ([(String, String)]) -> [(String, String)]) throws -> CheckpointError? {
      try failure { folder in
        try CheckpointsTests.write(JSON.object(TinyModel().config()).encoded(), to: folder + "/config.json")
        let entries = TinyModel().safetensorsEntries()
        for (shard, part) in [("a.safetensors", entries.prefix(3)), ("b.safetensors", entries.dropFirst(3))] {
          try CheckpointsTests.write(SafetensorsWriter(entries: Array(part)).bytes(), to: folder + "/" + shard)
        }
        let map = entries.enumerated().map { ($0.element.name, $0.offset < 3 ? "a.safetensors" : "b.safetensors") }
        try writeIndex(change(map), in: folder)
      }
    }
    #expect(try sharded { $0 } == nil)
    #expect(try sharded { Array($0.dropFirst()) }?.place == .tensor("model.embed_tokens.weight"))
    let moved = try sharded { [($0[0].0, "b.safetensors")] + $0.dropFirst() }
    #expect(moved?.place == .tensor("model.embed_tokens.weight"))
    #expect(moved?.file.hasSuffix("/a.safetensors") == true)
    #expect(try sharded { $0 + [("ghost", "a.safetensors")] }?.place == .tensor("ghost"))
    #expect(try sharded { $0 + [("ghost", "c.safetensors")] }?.reason == .unreadable("No such file or directory"))
  }
}
