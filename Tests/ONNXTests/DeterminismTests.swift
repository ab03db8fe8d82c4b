import Hashing
import Import
import Program
import Testing

@Suite("one network, one program")
struct DeterminismTests {
  @Test("twice the same bytes", arguments: ["residual.onnx", "sequence.onnx"])
  func sameBytes(name: String) throws {
    let folder = try Folder()
    let first = try folder.program(Fixture.path(name))
    let second = try folder.program(Fixture.path(name))
    #expect(first.root == second.root)
    #expect(first.file.allBytes == second.file.allBytes)
  }

  @Test("options change the roots; the name changes the program root alone")
  func optionsUnderRoots() throws {
    let folder = try Folder()
    let plain = try folder.program(Fixture.path("normalized.onnx"))
    var named = NetworkImportOptions()
    named.name = "another"
    let renamed = try folder.program(Fixture.path("normalized.onnx"), options: named)
    #expect(renamed.weightsRoot == plain.weightsRoot && renamed.root != plain.root)
    var divided = NetworkImportOptions()
    divided.pixels.divisor = 255
    #expect(try folder.program(Fixture.path("normalized.onnx"), options: divided).weightsRoot != plain.weightsRoot)
  }

  @Test("a program that was not expected is refused, and nothing is left")
  func expectedRoot() throws {
    let folder = try Folder()
    let program = try folder.program(Fixture.path("normalized.onnx"))
    let target = folder.path + "/expected.razao"
    for root in [program.root, program.weightsRoot] {
      #expect(
        try importNetwork(from: Fixture.path("normalized.onnx"), to: target, expecting: root).root == program.root)
    }
    let names = folder.names
    #expect(throws: ImportError.root(expected: .zero, weightsRoot: program.weightsRoot, programRoot: program.root)) {
      try importNetwork(from: Fixture.path("normalized.onnx"), to: folder.path + "/other.razao", expecting: .zero)
    }
    #expect(folder.names.sorted() == names.sorted())
  }

  @Test("progress goes through its stages in order")
  func progress() throws {
    let folder = try Folder()
    var stages: [ImportProgress.Stage] = []
    _ = try importNetwork(from: Fixture.path("residual.onnx"), to: folder.path + "/p.razao") { stages.append($0.stage) }
    let order = ImportProgress.Stage.allCases
    let places = stages.compactMap { order.firstIndex(of: $0) }
    #expect(places == places.sorted() && places.count == stages.count && stages.count > 4)
  }

  @Test("a logit that could leave 31 bits is cut, by an operator of the program")
  func clampedLogits() throws {
    let folder = try Folder()
    var model = ModelWriter.small
    model.tensors.removeAll()
    model.tensor("weights", [2, 4], [1, 1, 1, 1, 400, 0, 0, -1])
    model.tensor("biases", [2], [0, 0])
    let program = try folder.program(model.bytes)
    #expect(try program.network.operators.last?.name == "clamp")
    let bright = NetworkInput.picture(
      shape: TensorShape(channels: 1, height: 2, width: 2), bytes: [255, 0, 0, 0])
    #expect(try program.logits(bright)[1] == Double(Int32.max) / 65_536)
    #expect(try folder.program(ModelWriter.small.bytes).network.operators.last?.name != "clamp")
  }
}
