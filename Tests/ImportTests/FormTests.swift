import Checkpoints
import Program
import StrictJSON
import Testing

@testable import Import

/// Programs do not depend on how the same numbers are stored.
@Suite struct FormTests {
  private func program(_ writer: HuggingFaceWriter) throws -> Program {
    try withTemporaryFolder { folder in
      try writer.write(to: folder)
      return try importProgram(from: folder, to: folder + "/program", calibrate: nil)
    }
  }

  /// Families with everything that they may have.
  private static let families: [MemoryCheckpoint] = ["llama", "mistral", "qwen2", "qwen3"].map { family in
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.family = family
    checkpoint.configuration.isHeadTied = family != "mistral"
    checkpoint.configuration.hasQueryKeyNorm = family == "qwen3"
    if family == "qwen2" { checkpoint.configuration.layerBiases = [.queryBias, .keyBias, .valueBias] }
    return HuggingFaceWriter.exact(checkpoint)
  }

  @Test(arguments: families) func folderEqualsMemory(checkpoint: MemoryCheckpoint) throws {
    let memory = try withProgram(checkpoint) { $0.weightsRoot }
    let folder = try program(HuggingFaceWriter(checkpoint: checkpoint))
    #expect(folder.weightsRoot == memory)
    #expect(try (folder.graph.layers[0].attention.keyNorm != nil) == checkpoint.configuration.hasQueryKeyNorm)
    #expect(try folder.graph.layers[0].attention.key.hasBias == !checkpoint.configuration.layerBiases.isEmpty)
  }

  @Test(arguments: [ElementType.binary16, .brain16]) func elementTypesOfEqualNumbersAgree(type: ElementType) throws {
    let wide = try program(HuggingFaceWriter(checkpoint: Self.families[0]))
    let narrow = try program(HuggingFaceWriter(checkpoint: Self.families[0], elementType: type))
    #expect(wide.weightsRoot == narrow.weightsRoot && wide.root != narrow.root)
  }

  @Test func shardsEqualOneFile() throws {
    let single = try program(HuggingFaceWriter(checkpoint: Self.families[1]))
    let sharded = try program(HuggingFaceWriter(checkpoint: Self.families[1], shardCount: 3))
    #expect(single.weightsRoot == sharded.weightsRoot)
    let names = try JSON.parse(sharded.sources)["files"]?.array?.compactMap { $0["name"]?.string }
    let shards = (0..<3).map { "model-\($0).safetensors" }
    #expect(names == ["config.json"] + shards + ["model.safetensors.index.json"])
  }

  @Test func infiniteWeightIsRefused() {
    var checkpoint = Self.families[0]
    checkpoint.replacements[.layer(1, .down)]?[5] = .infinity
    #expect(throws: ImportError.self) { try program(HuggingFaceWriter(checkpoint: checkpoint)) }
  }
}

/// Tokenizers and chat templates beside the weights.
@Suite struct TextTests {
  private let vocabulary = """
    {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, "added_tokens": [],
     "pre_tokenizer": null, "normalizer": null, "post_processor": null, "decoder": null}
    """

  private func program(_ files: [(name: String, text: String)]) throws -> Program {
    try withTemporaryFolder { folder in
      try HuggingFaceWriter(checkpoint: MemoryCheckpoint()).write(to: folder)
      for (name, text) in files { try write(Array(text.utf8), to: folder + "/" + name) }
      return try importProgram(from: folder, to: folder + "/program", calibrate: nil)
    }
  }

  private func fileNames(_ program: Program) throws -> [String] {
    try JSON.parse(program.sources)["files"]?.array?.compactMap { $0["name"]?.string } ?? []
  }

  @Test func templateFileGoesBeforeTheConfiguration() throws {
    let configuration = ("tokenizer_config.json", #"{"chat_template": "inner é"}"#)
    let inner = try program([configuration])
    #expect(inner.template == Array("inner é".utf8))
    let outer = try program([configuration, ("chat_template.jinja", "outer")])
    #expect(outer.template == Array("outer".utf8))
    #expect(inner.weightsRoot == outer.weightsRoot && inner.root != outer.root)
    #expect(try fileNames(inner).contains("tokenizer_config.json"))
    #expect(try fileNames(outer).contains("chat_template.jinja"))
  }

  @Test func defaultOfSeveralTemplatesIsTaken() throws {
    let list = #"[{"name": "tools", "template": "t"}, {"name": "default", "template": "d"}]"#
    #expect(try program([("tokenizer_config.json", "{\"chat_template\": \(list)}")]).template == [0x64])
    #expect(try program([("tokenizer_config.json", #"{"chat_template": []}"#)]).template.isEmpty)
  }

  @Test func malformedTemplatesAreRefused() {
    for text in [#"{"chat_template": 3}"#, "{"] {
      #expect(throws: ImportError.self) { try program([("tokenizer_config.json", text)]) }
    }
  }

  @Test func tokenizerHoldsNoTemplateOfItsOwn() throws {
    let plain = try program([("tokenizer.json", vocabulary), ("tokenizer_config.json", "{}")])
    let templated = try program([
      ("tokenizer.json", vocabulary), ("tokenizer_config.json", #"{"chat_template": "x"}"#),
    ])
    #expect(!plain.tokenizer.isEmpty && plain.tokenizer == templated.tokenizer)
    #expect(plain.template.isEmpty && templated.template == [0x78])
  }

  @Test func tokenizerLargerThanTheModelIsRefused() {
    let entries = (0..<11).map { "\"\(Character(UnicodeScalar(UInt8(97 + $0))))\": \($0)" }.joined(separator: ", ")
    let text = #"{"model": {"type": "BPE", "vocab": {"# + entries + #"}, "merges": []}}"#
    #expect(throws: ImportError.option(name: "tokenizer", reason: "it has 11 tokens, the model has 10")) {
      try program([("tokenizer.json", text)])
    }
  }

  @Test func brokenTokenizerNamesItsFile() {
    do {
      _ = try program([("tokenizer.json", "[]")])
      Issue.record("not refused")
    } catch {
      #expect("\(error)".contains("tokenizer.json"))
    }
  }

  @Test func kindsOfTokenizerFiles() {
    #expect(TokenizerFileKind(name: "tokenizer.json", bytes: []) == .huggingFace)
    #expect(TokenizerFileKind(name: "tok512.bin", bytes: []) == .llamaC)
    #expect(TokenizerFileKind(name: "tokenizer.model", bytes: [0x0A, 0x0E]) == .sentencePiece)
    #expect(TokenizerFileKind(name: "tokenizer.model", bytes: Array("IQ== 0".utf8)) == .ranks)
  }
}
