import Checkpoints
import FileMapping
import Hashing
import Program
import StrictJSON
import Testing

@testable import Import

@Suite struct RecordTests {
  @Test func sourcesNameEverythingInOrder() throws {
    try withProgram(MemoryCheckpoint(), calibrate: nil) { program in
      let record = try #require(JSON.parse(program.sources).object)
      #expect(record.members.map(\.name) == ["importer", "name", "options", "files"])
      #expect(record["importer"] == "1" && record["name"] == "made up")
      // SHA-256 of the bytes 1, 2, 3.
      let hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
      #expect(record["files"] == [["name": "weights", "size": 3, "sha256": .string(hash)]])
    }
  }

  @Test func optionsAreRecordedWithTheirDefaults() throws {
    let text = """
      {"attentionInput":{"block":null,"mode":"int8"},"attentionOutput":{"block":null,"mode":"int8"},\
      "feedForwardInput":{"block":null,"mode":"int8"},"feedForwardDown":{"block":4,"mode":"block shift"},\
      "head":{"block":null,"mode":"two limbs"},\
      "outputFractions":{"query":10,"key":10,"value":10,"gate":10,"up":10},\
      "queryKeyHadamard":false,"queryLimbs":1,"keyLimbs":2,"keyOffsets":true,"calibration":false}
      """
    var options = ImportOptions()
    options.feedForwardDown = .init(block: 4, mode: .blockShift)
    options.head.mode = .twoLimbs
    options.keyLimbs = 2
    #expect(options.json(isCalibrated: false).text == text)
  }

  @Test func filesAreSortedByTheBytesOfTheirNames() throws {
    let names = ["b", "é", "a.bin", "B", "a"]
    let files = names.map { SourceFileRecord(SourceFile(name: $0, content: MappedFile(name: $0, bytes: []))) }
    let record = try JSON.parse(SourceRecord(name: "", options: [:], files: files).encoded())
    #expect(record["files"]?.array?.compactMap { $0["name"]?.string } == ["B", "a", "a.bin", "b", "é"])
  }

  @Test func nameIsNotUnderTheWeightsRoot() throws {
    try withTemporaryFolder { folder in
      let programs = try ["one", "two"].map { name in
        try importProgram(of: MemoryCheckpoint(), named: name, to: folder + "/" + name, calibrate: nil)
      }
      #expect(programs[0].weightsRoot == programs[1].weightsRoot && programs[0].root != programs[1].root)
    }
  }

  @Test func defaultNameIsTheSourceWithoutFolderAndForm() {
    #expect(SourceRecord.defaultName(ofPath: "/models/Qwen3-0.6B/") == "Qwen3-0.6B")
    #expect(SourceRecord.defaultName(ofPath: "a/stories260K-F32.gguf") == "stories260K-F32")
    #expect(SourceRecord.defaultName(ofPath: "stories.bin") == "stories")
    #expect(SourceRecord.defaultName(ofPath: ".gguf") == ".gguf")
  }

  @Test func graphCarriesTheConfiguration() throws {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.slidingWindow = 5
    try withProgram(checkpoint) { program in
      let graph = try program.graph
      #expect(graph.stopTokens == [2, 7] && graph.startToken == 1 && graph.contextLength == 16)
      #expect(graph.layers.allSatisfy { $0.attention.window == 5 && $0.feedForward.gated?.activation == .silu })
      #expect(graph.layers[0].attention.frequencies == Rotation.frequencies(theta: 10_000, headSize: 4))
      #expect(graph.embedding.layout == .rows && graph.embedding.accumulatorWidth == 4)
      #expect(program.tokenizer.isEmpty && program.template.isEmpty)
    }
  }

  @Test func progressPassesThroughTheStages() throws {
    try withTemporaryFolder { folder in
      var stages: [ImportProgress.Stage] = []
      _ = try importProgram(
        of: MemoryCheckpoint(), named: "", to: folder + "/program",
        progress: { step in
          #expect(step.completed <= step.total && step.total == 16)
          if stages.last != step.stage { stages.append(step.stage) }
        }, calibrate: nil)
      #expect(stages == [.hashing, .measuring, .writing, .checking])
    }
  }
}
