import Checkpoints
import FileMapping
import Testing

@Suite("ONNX files")
struct DecodingTests {
  private func model(_ bytes: [UInt8]) throws(ONNXError) -> ONNXModel {
    try ONNXModel(MappedFile(name: "model.onnx", bytes: bytes))
  }

  private func tensor(_ build: @escaping (inout Message) -> Void) throws -> ONNXTensor {
    var writer = ModelWriter.small
    writer.tensors = [
      Message {
        $0.text(8, "t")
        build(&$0)
      }
    ]
    return try #require(try model(writer.bytes).graph.initializers.first)
  }

  @Test("nodes, names, attributes, inputs and constants")
  func structure() throws {
    let model = try model(ModelWriter.small.bytes)
    #expect(model.operatorVersion == 13)
    #expect(model.graph.nodes.map(\.operation) == ["Flatten", "Gemm"])
    #expect(model.graph.nodes[1].inputs == ["flat", "weights", "biases"])
    #expect(model.graph.nodes[1].outputs == ["output"] && model.graph.nodes[1].name == "the Gemm")
    guard case .integer(1)? = model.graph.nodes[1].attribute("transB") else {
      Issue.record("transB is not 1")
      return
    }
    #expect(model.graph.inputs.map(\.name) == ["input"] && model.graph.inputs[0].shape == [1, 1, 2, 2])
    #expect(model.graph.initializers.map(\.shape) == [[2, 4], [2]])
  }

  @Test("every kind of element, raw and listed")
  func elementTypes() throws {
    let half: [UInt8] = [0x00, 0x3C, 0x00, 0xC0]
    let cases: [(Int, ONNXTensor.Elements, (inout Message) -> Void)] = [
      (
        1, .numbers([1, -2]),
        {
          $0.float(4, 1)
          $0.float(4, -2)
        }
      ),
      (1, .numbers([1, -2]), { $0.data(4, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]) }),
      (6, .integers([7, -1]), { $0.packed(5, [7, -1]) }),
      (6, .integers([7, -1]), { $0.data(9, [7, 0, 0, 0, 255, 255, 255, 255]) }),
      (
        7, .integers([7, -1]),
        {
          $0.integer(7, 7)
          $0.integer(7, -1)
        }
      ),
      (9, .integers([0, 1]), { $0.data(9, [0, 1]) }),
      (10, .numbers([1, -2]), { $0.data(9, half) }),
      (10, .numbers([1, -2]), { $0.packed(5, [0x3C00, 0xC000]) }),
      (16, .numbers([1, -2]), { $0.data(9, [0x80, 0x3F, 0x00, 0xC0]) }),
      (11, .numbers([1, -2]), { $0.data(10, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0]) }),
    ]
    for (type, expected, build) in cases {
      let tensor = try tensor { message in
        message.packed(1, [2])
        message.integer(2, type)
        build(&message)
      }
      #expect(tensor.elements == expected, "type \(type)")
    }
  }

  @Test(
    "tensors that are not what they say",
    arguments: [
      "too few", "raw and listed", "an odd length", "outside", "negative", "great", "deep", "strings", "not a number",
    ])
  func badTensors(kind: String) {
    #expect(throws: ONNXError.self) {
      try tensor { message in
        message.packed(
          1,
          kind == "negative"
            ? [-2] : kind == "great" ? [1 << 40, 1 << 40] : kind == "deep" ? [Int](repeating: 1, count: 9) : [2])
        message.integer(2, kind == "strings" ? 8 : 1)
        switch kind {
        case "too few": message.float(4, 1)
        case "raw and listed":
          message.float(4, 1)
          message.data(9, [0, 0, 0, 0])
        case "an odd length": message.data(9, [0, 0, 0, 0, 0, 0, 0])
        case "outside": message.integer(14, 1)
        case "not a number":
          message.float(4, .nan)
          message.float(4, 1)
        default: break
        }
      }
    }
  }

  @Test("two tensors, or two attributes, of one name")
  func duplicateNames() {
    var writer = ModelWriter.small
    writer.tensor("weights", [1], [1])
    #expect(
      throws: ONNXError(file: "model.onnx", place: .wholeFile, reason: .contradiction("two tensors have one name"))
    ) {
      try model(writer.bytes)
    }
    writer = ModelWriter.small
    writer.node("Gemm", ["flat"], "other", ModelWriter.attribute("a", 1), ModelWriter.attribute("a", 2))
    #expect(throws: ONNXError.self) { try model(writer.bytes) }
  }

  @Test("names that are not ASCII, and models without a graph or an operator set")
  func brokenModels() {
    var writer = ModelWriter.small
    writer.node("Relu", ["é"], "other")
    #expect(throws: ONNXError.self) { try model(writer.bytes) }
    #expect(throws: ONNXError.self) { try model([]) }
    #expect(throws: ONNXError.self) { try model(Message { $0.integer(1, 8) }.bytes) }
    #expect(throws: ONNXError.self) { try model(Message { $0.message(7, Message()) }.bytes) }
  }

  @Test("attributes without a type are read by the field that is there")
  func untypedAttribute() throws {
    var writer = ModelWriter.small
    let attribute = Message { message in
      message.text(1, "axis")
      message.integer(3, 1)
    }
    writer.node("Flatten", ["input"], "other", attribute)
    guard case .integer(1)? = try model(writer.bytes).graph.nodes[2].attribute("axis") else {
      Issue.record("axis is not 1")
      return
    }
  }
}
