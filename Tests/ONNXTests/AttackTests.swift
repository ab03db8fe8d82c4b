import Import
import Testing

/// Random numbers that are the same in every run.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

@Suite("damaged and hostile network files")
struct AttackTests {
  /// Opens a file as a network, and makes a program of it if it is one; anything but a trap is fine.
  private func open(_ folder: Folder, _ bytes: [UInt8], _ name: String) throws {
    guard let source = try? openNetworkSource(folder.write(bytes, name)) else { return }
    _ = try? importNetwork(of: source, to: folder.path + "/mutated.razao")
  }

  private func mutate(_ bytes: [UInt8], name: String, count: Int, seed: UInt64) throws {
    let folder = try Folder()
    var generator = TestGenerator(seed: seed)
    for _ in 0..<count {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        mutated[Int.random(in: mutated.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      try open(folder, mutated, name)
    }
  }

  @Test("ONNX cut off anywhere", arguments: ["residual.onnx", "sequence.onnx"])
  func truncatedModels(name: String) throws {
    let folder = try Folder()
    let bytes = try Fixture.bytes(name)
    for count in stride(from: 0, to: bytes.count, by: 7) { try open(folder, Array(bytes[..<count]), name) }
  }

  @Test("ONNX with random changes", arguments: ["residual.onnx", "grouped.onnx", "channelslast.onnx", "sequence.onnx"])
  func mutatedModels(name: String) throws {
    try mutate(Fixture.bytes(name), name: name, count: 500, seed: 21)
  }

  @Test("ONNX whose every byte of structure takes every extreme")
  func extremeBytes() throws {
    let folder = try Folder()
    let bytes = ModelWriter.small.bytes
    for index in bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[index] = value
        try open(folder, changed, "model.onnx")
      }
    }
  }

  @Test("weights whose sums, products and differences leave binary64")
  func extremeWeights() throws {
    let folder = try Folder()
    for value in [1e308, -1e308, 1e-308, 2e-308, 1e38, 0] {
      var model = ModelWriter.small
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      model.tensors[0] = Message { message in
        message.packed(1, [2, 4])
        message.integer(2, 11)
        message.text(8, "weights")
        message.data(9, (0..<8).flatMap { _ in bytes })
      }
      try open(folder, model.bytes, "model.onnx")
      model.node("Mul", ["output", "weights"], "other")
      try open(folder, model.bytes, "model.onnx")
    }
  }

  @Test("ONNX with numbers that no size, stride or axis can be")
  func extremeNumbers() throws {
    let folder = try Folder()
    let numbers = [0, -1, 1, 3, 1 << 20, 1 << 40, .max, .min]
    for number in numbers {
      for (operation, name) in [
        ("Conv", "strides"), ("Conv", "dilations"), ("Conv", "pads"), ("Conv", "kernel_shape"),
        ("MaxPool", "kernel_shape"),
        ("MaxPool", "strides"), ("AveragePool", "kernel_shape"), ("Squeeze", "axes"), ("Unsqueeze", "axes"),
        ("Transpose", "perm"),
      ] {
        var model = ModelWriter([1, 1, 6, 6])
        model.tensor("weights", [1, 1, 3, 3], [Float](repeating: 1, count: 9))
        let values = [Int](repeating: number, count: name == "pads" || name == "perm" ? 4 : 2)
        model.node(
          operation, operation == "Conv" ? ["input", "weights"] : ["input"], "output",
          ModelWriter.attribute(name, values))
        try open(folder, model.bytes, "model.onnx")
      }
      for (operation, name) in [("Flatten", "axis"), ("Softmax", "axis"), ("Conv", "group"), ("Cast", "to")] {
        var model = ModelWriter([1, 1, 6, 6])
        model.tensor("weights", [1, 1, 3, 3], [Float](repeating: 1, count: 9))
        model.node(
          operation, operation == "Conv" ? ["input", "weights"] : ["input"], "output",
          ModelWriter.attribute(name, number))
        try open(folder, model.bytes, "model.onnx")
      }
      var model = ModelWriter([1, 1, 6, 6])
      model.tensor("shape", integers: [number, number])
      model.node("Reshape", ["input", "shape"], "output")
      try open(folder, model.bytes, "model.onnx")
    }
  }

  @Test("safetensors with random changes", .enabled(if: SharedData.isPresent), arguments: ["donor", "acceptor"])
  func mutatedWeights(kind: String) throws {
    let name = "mmsplice-\(kind).safetensors"
    let bytes = try SharedData.bytes("models/splice/" + name)
    try mutate(bytes, name: name, count: 100, seed: 22)
    // Most of the file is weights; the header is where a change matters.
    let folder = try Folder()
    var generator = TestGenerator(seed: 23)
    for _ in 0..<500 {
      var mutated = bytes
      mutated[Int.random(in: 0..<1_400, using: &generator)] = UInt8.random(in: 0x20...0x7E, using: &generator)
      try open(folder, mutated, name)
    }
    for count in stride(from: 0, to: 1_600, by: 3) { try open(folder, Array(bytes[..<count]), name) }
  }
}
