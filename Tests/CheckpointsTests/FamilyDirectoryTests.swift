import StrictJSON
import Testing

@testable import Checkpoints

/// Folders of the families: tensors in parts, transposed, prefixed, and beside others that are not needed.
@Suite struct FamilyDirectoryTests {
  private typealias Entry = SafetensorsWriter.Entry

  /// 0, 1, 2, … scaled so that tensors differ.
  private func entry(_ name: String, _ shape: [Int], from first: Float) -> Entry {
    let values = (0..<shape.reduce(1, *)).map { first + Float($0) }
    return .init(name: name, type: "F32", shape: shape, data: encoded(values, .binary32))
  }

  private static let gpt2: JSONObject = [
    "model_type": "gpt2", "n_embd": 4, "n_layer": 1, "n_head": 2, "n_positions": 3, "vocab_size": 5, "n_inner": 6,
  ]

  private func gpt2Entries(prefix: String) -> [Entry] {
    let vectors = ["ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias", "attn.c_proj.bias", "mlp.c_proj.bias"]
    return [
      entry("\(prefix)wte.weight", [5, 4], from: 0), entry("\(prefix)wpe.weight", [3, 4], from: 100),
      entry("\(prefix)h.0.attn.c_attn.weight", [4, 12], from: 0),
      entry("\(prefix)h.0.attn.c_attn.bias", [12], from: 200),
      entry("\(prefix)h.0.attn.c_proj.weight", [4, 4], from: 300),
      entry("\(prefix)h.0.mlp.c_fc.weight", [4, 6], from: 400), entry("\(prefix)h.0.mlp.c_fc.bias", [6], from: 500),
      entry("\(prefix)h.0.mlp.c_proj.weight", [6, 4], from: 600),
      entry("\(prefix)ln_f.weight", [4], from: 0), entry("\(prefix)ln_f.bias", [4], from: 0),
    ] + vectors.map { entry("\(prefix)h.0.\($0)", [4], from: 700) }
  }

  private func withFolder<Result>(
    _ config: JSONObject, _ entries: [Entry], files: [(String, String)] = [], _ body: (String) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      try write(JSON.object(config).encoded(), to: folder + "/config.json")
      try write(SafetensorsWriter(entries: entries).bytes(), to: folder + "/model.safetensors")
      for (name, text) in files { try write(Array(text.utf8), to: folder + "/" + name) }
      return try body(folder)
    }
  }

  @Test(arguments: ["", "transformer."]) func conv1DMatricesAreTurned(prefix: String) throws {
    let mask = entry("\(prefix)h.0.attn.bias", [1, 1, 3, 3], from: 0)
    try withFolder(Self.gpt2, gpt2Entries(prefix: prefix) + [mask]) { folder in
      let checkpoint = try openCheckpoint(folder)
      // Stored (inputs, 3 · outputs): element (input i, output o) is 12·i + o.
      #expect(try checkpoint.rows(.layer(0, .query), 0..<2) == [0, 12, 24, 36, 1, 13, 25, 37])
      #expect(try checkpoint.rows(.layer(0, .key), 3..<4) == [7, 19, 31, 43])
      #expect(try checkpoint.rows(.layer(0, .value), 0..<1) == [8, 20, 32, 44])
      #expect(try checkpoint.rows(.layer(0, .valueBias), 0..<4) == [208, 209, 210, 211])
      #expect(try checkpoint.rows(.layer(0, .up), 5..<6) == [405, 411, 417, 423])
      #expect(try checkpoint.rows(.layer(0, .down), 1..<2) == [601, 605, 609, 613, 617, 621])
      #expect(try checkpoint.shape(of: .layer(0, .down)) == [4, 6])
      #expect(checkpoint.configuration.isHeadTied && checkpoint.has(.positions))
      #expect(throws: CheckpointError.self) { try checkpoint.rows(.layer(0, .key), 3..<5) }
    }
  }

  @Test func fusedMatrixOfAnotherShapeIsRefused() throws {
    var entries = gpt2Entries(prefix: "")
    entries[2] = entry("h.0.attn.c_attn.weight", [12, 4], from: 0)
    let error = try withFolder(Self.gpt2, entries) { folder in checkpointError { _ = try openCheckpoint(folder) } }
    #expect(error?.place == .tensor("h.0.attn.c_attn.weight"))
    #expect(error?.reason == .shape(expected: [4, 12], actual: [12, 4]))
  }

  private static let bert: JSONObject = [
    "model_type": "bert", "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 6,
    "max_position_embeddings": 3, "vocab_size": 5,
  ]

  private func bertEntries(prefix: String) throws -> [Entry] {
    let model = try configuration(Self.bert)
    return model.tensorRoles.enumerated().map { index, role in
      let location = BERTNames(model, prefix: prefix).location(role)
      return entry(location.name, location.storedShape, from: Float(100 * index))
    }
  }

  @Test(arguments: ["", "bert."]) func bertMayBePartOfAnotherModel(prefix: String) throws {
    let numbers = Entry(
      name: "\(prefix)embeddings.position_ids", type: "I64", shape: [1, 3], data: .init(repeating: 0, count: 24))
    let extras = [
      numbers, entry("\(prefix)pooler.dense.weight", [4, 4], from: 0), entry("cls.predictions.bias", [5], from: 0),
    ]
    try withFolder(Self.bert, try bertEntries(prefix: prefix) + extras) { folder in
      let checkpoint = try openCheckpoint(folder)
      #expect(checkpoint.configuration.pooling == .mean)
      #expect(try checkpoint.rows(.embedding, 1..<2) == [4, 5, 6, 7])
      #expect(try checkpoint.rows(.tokenTypes, 0..<1) == [200, 201, 202, 203])
    }
  }

  @Test func integersAreNoWeights() throws {
    var entries = try bertEntries(prefix: "")
    entries[0].type = "I64"
    entries[0].data = .init(repeating: 0, count: 160)
    let error = try withFolder(Self.bert, entries) { folder in checkpointError { _ = try openCheckpoint(folder) } }
    #expect(error?.place == .tensor("embeddings.word_embeddings.weight"))
    #expect(error?.reason == .unsupportedElementType("I64"))
  }
}

/// `modules.json` and the folder of the pooling step.
@Suite struct SentencePipelineTests {
  private func step(_ kind: String, _ path: String) -> String {
    #"{"path": "\#(path)", "type": "sentence_transformers.models.\#(kind)"}"#
  }

  private func pipeline(_ modules: String, pooling: String = "{}", folder name: String = "p") throws -> SentencePipeline
  {
    try withTemporaryFolder { folder in
      try write(Array(modules.utf8), to: folder + "/modules.json")
      try makeFolder(folder + "/" + name)
      try write(Array(pooling.utf8), to: folder + "/\(name)/config.json")
      let pipeline = try SentencePipeline(ModelFolder(path: folder))
      try pipeline.require(hiddenSize: 8)
      return pipeline
    }
  }

  private func place(_ modules: String, pooling: String = "{}") -> CheckpointError.Place? {
    checkpointError { _ = try pipeline(modules, pooling: pooling) }?.place
  }

  private var usual: String { "[\(step("Transformer", "")), \(step("Pooling", "p")), \(step("Normalize", "n"))]" }

  @Test func poolingIsWhatTheFolderSays() throws {
    let mean = try pipeline(usual, pooling: #"{"word_embedding_dimension": 8, "pooling_mode_mean_tokens": true}"#)
    #expect(mean.pooling == .mean && mean.files.count == 2)
    #expect(try pipeline(usual, pooling: #"{"pooling_mode_cls_token": true}"#).pooling == .first)
    #expect(try pipeline("[\(step("Transformer", ""))]").pooling == .mean)
    try withTemporaryFolder { folder in
      let absent = try SentencePipeline(ModelFolder(path: folder))
      #expect(absent.pooling == .mean && absent.files.isEmpty)
    }
  }

  @Test func otherPoolingIsRefusedByName() {
    #expect(place(usual, pooling: #"{"pooling_mode_max_tokens": true}"#) == .field("pooling_mode_max_tokens"))
    #expect(place(usual, pooling: #"{"pooling_mode_lasttoken": true}"#) == .field("pooling_mode_lasttoken"))
    #expect(place(usual) == .field("pooling_mode"))
    #expect(place(usual, pooling: #"{"scale": 2, "pooling_mode_mean_tokens": true}"#) == .field("scale"))
    let both = #"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#
    #expect(place(usual, pooling: both) == .field("pooling_mode"))
    let wide = #"{"word_embedding_dimension": 9, "pooling_mode_mean_tokens": true}"#
    #expect(place(usual, pooling: wide) == .field("word_embedding_dimension"))
  }

  @Test func otherStepsAreRefusedByName() {
    let dense = "[\(step("Transformer", "")), \(step("Pooling", "p")), \(step("Dense", "d"))]"
    #expect(place(dense, pooling: #"{"pooling_mode_mean_tokens": true}"#) == .field("2.type"))
    #expect(place("[\(step("Pooling", "p"))]") == .field("0.type"))
    #expect(place("{}") == .field("modules"))
    #expect(place("[{}]") == .field("0.type"))
  }

  @Test(arguments: ["..", "/etc", "a/b", "", "../p"]) func poolingOutsideTheFolderIsRefused(path: String) {
    #expect(place("[\(step("Transformer", "")), \(step("Pooling", path))]") == .field("1.path"))
  }
}
