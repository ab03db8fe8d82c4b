import Foundation
import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct FormsAgreeTests {
  @Test(.enabled(if: SharedData.isPresent)) func storiesModelIsTheSameInThreeForms() throws {
    let folder = try SharedData.path("models/stories260K")
    let reference = try openCheckpoint(folder + "/hf")
    let expected = try allBits(reference)
    #expect(reference.configuration.isHeadTied)
    #expect(!reference.has(.head))
    #expect(reference.files.map(\.name) == ["config.json", "model.safetensors"])
    for name in ["stories260K-F32.gguf", "stories260K.bin"] {
      let other = try openCheckpoint(folder + "/" + name)
      #expect(other.configuration == reference.configuration)
      #expect(try allBits(other) == expected)
      #expect(other.files.map(\.name) == [name])
      #expect(!other.has(.head))
    }
  }

  @Test(.enabled(if: SharedData.isPresent)) func shardsGiveTheSameRowsAsOneFile() throws {
    let source = try SharedData.path("models/stories260K/hf")
    let whole = try openCheckpoint(source)
    let file = try SafetensorsFile(path: source + "/model.safetensors")
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(atPath: source + "/config.json", toPath: folder + "/config.json")
      var map: [(String, String)] = []
      for part in 0..<3 {
        let shard = "model-0000\(part + 1)-of-00003.safetensors"
        let tensors = file.tensors.enumerated().filter { $0.offset % 3 == part }.map(\.element)
        map += tensors.map { ($0.name, shard) }
        let entries = tensors.map {
          SafetensorsWriter.Entry(
            name: $0.name, type: $0.elementType.rawValue, shape: $0.shape, data: file.file.bytes($0.byteRange))
        }
        try write(SafetensorsWriter(entries: entries).bytes(), to: folder + "/" + shard)
      }
      try writeIndex(map, in: folder)
      let sharded = try openCheckpoint(folder)
      #expect(sharded.configuration == whole.configuration)
      #expect(sharded.files.count == 5)
      #expect(try allBits(sharded) == allBits(whole))
    }
  }

  @Test(arguments: [ElementType.binary32, .binary16, .brain16], [true, false])
  func tinyModelIsTheSameInEveryFormAndType(type: ElementType, isHeadTied: Bool) throws {
    var model = TinyModel()
    model.configuration.isHeadTied = isHeadTied
    let expected = model.configuration.tensorRoles.map { model.values($0).map(\.bitPattern) }
    let gguf = try GGUFCheckpoint(GGUFFile(MappedFile(name: "tiny.gguf", bytes: model.gguf(type))))
    #expect(gguf.configuration == model.configuration)
    #expect(try allBits(gguf) == expected)
    let bin = try Llama2CFile(MappedFile(name: "tiny.bin", bytes: model.llama2c()))
    #expect(bin.configuration == model.configuration)
    #expect(try allBits(bin) == expected)
    try withTemporaryFolder { folder in
      try writeModel(model, type: type, to: folder)
      let directory = try HuggingFaceDirectory(path: folder)
      #expect(directory.configuration == model.configuration)
      #expect(try allBits(directory) == expected)
      #expect(directory.has(.head) == !isHeadTied)
    }
  }

  @Test func rowsMayBeReadInParts() throws {
    let model = TinyModel()
    let bin = try Llama2CFile(MappedFile(name: "tiny.bin", bytes: model.llama2c()))
    let role = TensorRole.layer(1, .query)
    let whole = try bin.rows(role, 0..<8)
    for row in 0..<8 { #expect(try bin.rows(role, row..<row + 1) == Array(whole[row * 8..<row * 8 + 8])) }
    #expect(try bin.rows(role, 3..<3) == [])
    #expect(throws: CheckpointError.self) { try bin.rows(role, 0..<9) }
    #expect(throws: CheckpointError.self) { try bin.rows(.layer(2, .query), 0..<1) }
    #expect(throws: CheckpointError.self) { try bin.shape(of: .layer(0, .queryBias)) }
  }

  @Test func headThatRepeatsTheEmbeddingCountsAsTied() throws {
    let model = TinyModel()
    var tensors = model.ggufTensors()
    tensors[tensors.count - 1].data = tensors[0].data
    let bytes = GGUFWriter(keys: model.ggufKeys(), tensors: tensors).bytes()
    let gguf = try GGUFCheckpoint(GGUFFile(MappedFile(name: "tiny.gguf", bytes: bytes)))
    #expect(gguf.configuration.isHeadTied)
    #expect(!gguf.has(.head))
  }
}
