import Import
import Program
import Testing

/// Single operators on a picture of 2×2 pixels, against sums done by hand.
@Suite("single operators")
struct OperatorTests {
  private let picture = NetworkInput.picture(
    shape: TensorShape(channels: 1, height: 2, width: 2), bytes: [10, 20, 30, 40])

  private func logits(_ build: (inout ModelWriter) -> Void) throws -> [Double] {
    let folder = try Folder()
    var model = ModelWriter([1, 1, 2, 2])
    build(&model)
    return try folder.program(model.bytes).logits(picture)
  }

  private func expect(_ logits: [Double], _ expected: [Double]) {
    #expect(logits.count == expected.count)
    for (ours, theirs) in zip(logits, expected) { #expect(abs(ours - theirs) < 0.02) }
  }

  @Test("the sum of all pixels, and twice the first less the last")
  func gemm() throws {
    let folder = try Folder()
    expect(try folder.program(ModelWriter.small.bytes).logits(picture), [100.5, -21])
  }

  @Test("transposed places, rows and columns exchanged")
  func transpose() throws {
    let logits = try logits { model in
      model.tensor("weights", [4, 2], [1, 0, 0, 1, 0, 0, 0, 0])
      model.node("Transpose", ["input"], "turned", ModelWriter.attribute("perm", [0, 1, 3, 2]))
      model.node("Flatten", ["turned"], "flat")
      model.node("MatMul", ["flat", "weights"], "output")
    }
    expect(logits, [10, 30])
  }

  @Test("constants on the left and the right of each operation")
  func arithmetic() throws {
    let logits = try logits { model in
      model.tensor("five", [], [5])
      model.tensor("rows", [1, 4], [1, 2, 3, 4])
      model.node("Sub", ["five", "input"], "a")
      model.node("Mul", ["a", "five"], "b")
      model.node("Div", ["b", "five"], "c")
      model.node("Flatten", ["c"], "d")
      model.node("Add", ["rows", "d"], "e")
      model.node("Sub", ["e", "five"], "output")
    }
    expect(logits, [-9, -18, -27, -36])
  }

  @Test("clip with one bound, two, and none")
  func clip() throws {
    let logits = try logits { model in
      model.tensor("low", [], [15])
      model.tensor("high", [1], [35])
      model.node("Clip", ["input", "low"], "a")
      model.node("Clip", ["a", "", "high"], "b")
      model.node("Clip", ["b"], "c")
      model.node("Flatten", ["c"], "output")
    }
    expect(logits, [15, 20, 30, 35])
    let older = try self.logits { model in
      model.operatorVersion = 7
      model.node(
        "Clip", ["input"], "a", ModelWriter.attribute("min", Float(25)), ModelWriter.attribute("max", Float(26)))
      model.node("Flatten", ["a"], "output")
    }
    expect(older, [25, 25, 26, 26])
  }

  @Test("squeeze and unsqueeze by attribute and by input")
  func squeezes() throws {
    let logits = try logits { model in
      model.tensor("axes", integers: [1])
      model.node("Squeeze", ["input", "axes"], "a")
      model.node("Unsqueeze", ["a"], "b", ModelWriter.attribute("axes", [-1]))
      model.node("Relu", ["b"], "c")
      model.node("Reshape", ["c", "shape"], "output")
      model.tensor("shape", integers: [1, -1])
    }
    expect(logits, [10, 20, 30, 40])
  }

  @Test("pools: greatest and mean, with and without padding in the count")
  func pools() throws {
    let kernel = ModelWriter.attribute("kernel_shape", [2, 2])
    let pads = ModelWriter.attribute("pads", [0, 1, 0, 0])
    for (operation, attributes, expected) in [
      ("MaxPool", [kernel, pads], [30.0, 40]), ("AveragePool", [kernel, pads], [20, 25]),
      ("AveragePool", [kernel, pads, ModelWriter.attribute("count_include_pad", 1)], [10, 25]),
    ] {
      let logits = try logits { model in
        model.node(operation, ["input"], "a", attributes: attributes)
        model.node("Flatten", ["a"], "output")
      }
      expect(logits, expected)
    }
  }

  @Test("pixels with a divisor, means and deviations")
  func pixels() throws {
    let folder = try Folder()
    var options = NetworkImportOptions()
    options.pixels.divisor = 10
    options.pixels.means = [500_000]
    options.pixels.deviations = [250_000]
    var model = ModelWriter([1, 1, 2, 2])
    model.node("Flatten", ["input"], "flat")
    model.node("Relu", ["flat"], "output")
    expect(try folder.program(model.bytes, options: options).logits(picture), [2, 6, 10, 14])
  }

  @Test("the sum of two computed tensors")
  func sum() throws {
    let logits = try logits { model in
      model.tensor("two", [1, 1, 1, 1], [2])
      model.node("Mul", ["input", "two"], "a")
      model.node("Add", ["a", "input"], "b")
      model.node("Flatten", ["b"], "output")
    }
    expect(logits, [30, 60, 90, 120])
  }

  @Test("a model that computes nothing is refused")
  func nothing() throws {
    #expect(throws: ImportError.self) { try logits { $0.node("Flatten", ["input"], "output") } }
  }

  @Test("nodes that nothing needs leave no trace")
  func unneeded() throws {
    let folder = try Folder()
    var model = ModelWriter.small
    model.node("Relu", ["flat"], "aside")
    #expect(try folder.program(model.bytes).weightsRoot == folder.program(ModelWriter.small.bytes).weightsRoot)
  }
}
