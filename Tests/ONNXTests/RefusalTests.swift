import Checkpoints
import Import
import Program
import Testing

@Suite("what an importer refuses")
struct RefusalTests {
  /// The message of a refused model, without the path.
  private func message(_ model: ModelWriter) throws -> String {
    let folder = try Folder()
    let error = try #require(try folder.failure(model.bytes))
    return error.description.replacing(folder.path + "/model.onnx: ", with: "")
  }

  private func message(_ change: (inout ModelWriter) -> Void) throws -> String {
    var model = ModelWriter.small
    change(&model)
    return try message(model)
  }

  @Test("an operator that is not known is named, with its node")
  func unknownOperator() throws {
    let text = try message { model in
      model.nodes.removeLast()
      model.node("LSTM", ["flat", "weights"], "output")
    }
    #expect(text == "node 1 ‘the LSTM’ (LSTM): the operator ‘LSTM’ is not supported")
  }

  @Test("operators of other domains are refused with the domain")
  func otherDomain() throws {
    let text = try message { model in
      model.nodes.removeLast()
      model.node("Gemm", ["flat", "weights"], "output", domain: "com.example")
    }
    #expect(text == "node 1 ‘the Gemm’ (Gemm): an operator of the domain ‘com.example’ is not supported")
  }

  @Test("attributes are refused by name or value")
  func attributes() throws {
    for (attribute, expected) in [
      (ModelWriter.attribute("gamma", 1), "attribute ‘gamma’ is not supported"),
      (ModelWriter.attribute("transA", 1), "attribute ‘transA’ of 1 is not supported"),
      (ModelWriter.attribute("alpha", 1), "attribute ‘alpha’ is malformed; the file is damaged, or no ONNX model"),
    ] {
      let text = try message { model in
        model.nodes.removeLast()
        model.node("Gemm", ["flat", "weights"], "output", attribute)
      }
      #expect(text == "node 1 ‘the Gemm’ (Gemm): " + expected)
    }
  }

  @Test("shapes that do not fit are told")
  func shapes() throws {
    #expect(try message { $0.inputShape = [1, 1, 2, 3] }.contains("the product of shapes [1, 6] and [2, 4]"))
    #expect(try message { $0.inputShape = [1, 1, -1, 2] }.hasPrefix("value ‘input’: an input of shape [1, 1, 0, 2]"))
    #expect(try message { $0.inputShape = [2, 1, 2, 2] }.hasPrefix("value ‘input’: an input of shape [2, 1, 2, 2]"))
    #expect(try message { $0.inputShape = [1, 1, 1 << 20, 2] }.hasPrefix("value ‘input’: an input of shape"))
    #expect(try message { $0.inputShape = [1, 5] }.hasPrefix("value ‘input’: an input of shape [1, 5]"))
  }

  @Test("a softmax before the end is refused, at the end it is dropped and recorded")
  func softmax() throws {
    var model = ModelWriter.small
    model.nodes.removeLast()
    model.node("Gemm", ["flat", "weights", "biases"], "row", ModelWriter.attribute("transB", 1))
    model.node("Softmax", ["row"], "output")
    let folder = try Folder()
    let program = try folder.program(model.bytes)
    #expect(String(decoding: program.sources, as: UTF8.self).contains(#""dropped":["node 2 (Softmax)"]"#))
    model.nodes.removeLast()
    model.node("Softmax", ["row"], "shares")
    model.node("Relu", ["shares"], "output")
    #expect(try message(model) == "node 3 ‘the Relu’ (Relu): an operator behind node 2 (Softmax) is not supported")
  }

  @Test("names that no node computes, or two do")
  func names() throws {
    let missing = try message { model in
      model.nodes.removeLast()
      model.node("Relu", ["nothing"], "output")
    }
    #expect(missing == "node 1 ‘the Relu’ (Relu): no earlier node computes input ‘nothing’")
    let twice = try message { $0.node("Flatten", ["input"], "output") }
    #expect(twice == "node 2 ‘the Flatten’ (Flatten): ‘output’ is computed twice")
    let unused = try message { $0.nodes.removeLast() }
    #expect(unused == "value ‘output’: no node computes it")
  }

  @Test("weights that are not finite, and variances that are not positive")
  func numbers() throws {
    let infinite = try message { model in
      model.tensors.removeAll()
      model.tensor("weights", [2, 4], [1, 1, 1, .infinity, 2, 0, 0, -1])
    }
    #expect(infinite == "tensor ‘weights’: element 3 is not a finite number")
    let negative = try message { model in
      for (name, value) in [("one", Float(1)), ("minus", -1)] { model.tensor(name, [1], [value]) }
      model.nodes.removeAll()
      model.node("BatchNormalization", ["input", "one", "one", "one", "minus"], "output")
    }
    #expect(negative == "node 0 ‘the BatchNormalization’ (BatchNormalization): a variance that is not positive")
  }

  @Test("operator sets before 7 and after 24")
  func operatorSets() throws {
    #expect(try message { $0.operatorVersion = 6 } == "operator set 6 (7...24 are) is not supported")
    #expect(try message { $0.operatorVersion = 25 } == "operator set 25 (7...24 are) is not supported")
  }

  @Test("a sum too great for the bounds is refused with the rule")
  func bounds() throws {
    let folder = try Folder()
    var model = ModelWriter.small
    model.tensors.removeAll()
    model.tensor("weights", [2, 4], [Float](repeating: 0x1p100, count: 8))
    model.tensor("biases", [2], [0, 0])
    guard case .program(.bound)? = try folder.failure(model.bytes) else {
      Issue.record("weights of 2^100 were accepted")
      return
    }
  }

  @Test("options that do not fit")
  func options() throws {
    let folder = try Folder()
    func failure(_ change: (inout NetworkImportOptions) -> Void) throws -> ImportError? {
      var options = NetworkImportOptions()
      change(&options)
      return try folder.failure(ModelWriter.small.bytes, options: options)
    }
    let refused: [(inout NetworkImportOptions) -> Void] = [
      { $0.pixels.divisor = 0 }, { $0.pixels.means = [1, 2] }, { $0.pixels.deviations = [0] }, { $0.weightLimbs = 3 },
      { $0.convolutionMode = .blockShift }, { $0.dense.block = 3 }, { $0.labels = ["one"] },
    ]
    for change in refused {
      guard case .option? = try failure(change) else {
        Issue.record("an option that does not fit was accepted")
        continue
      }
    }
    #expect(try failure { $0.labels = ["one", "two"] } == nil)
    #expect(try failure { $0.labels = [] } == nil)
  }

  @Test("files of other forms are no networks")
  func otherForms() throws {
    let folder = try Folder()
    #expect(try openNetworkSource(folder.path)?.format == nil)
    for bytes in [[], Array("GGUF".utf8), [0x89, 0x50], [8], Array("{\"a\":1}        ".utf8)] {
      #expect(try openNetworkSource(folder.write(bytes, "file"))?.format == nil)
    }
    #expect(throws: ImportError.self) { try openNetworkSource(folder.path + "/absent") }
  }
}
