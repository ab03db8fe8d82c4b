/// Writes protocol-buffer messages, for models made by tests.
struct Message {
  private(set) var bytes: [UInt8] = []

  init(_ build: (inout Message) -> Void = { _ in }) {
    build(&self)
  }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func integer(_ field: Int, _ value: Int) {
    variable(UInt64(field) << 3)
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func float(_ field: Int, _ value: Float) {
    variable(UInt64(field) << 3 | 5)
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }

  mutating func data(_ field: Int, _ content: [UInt8]) {
    variable(UInt64(field) << 3 | 2)
    variable(UInt64(content.count))
    bytes += content
  }

  mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }
  mutating func message(_ field: Int, _ value: Message) { data(field, value.bytes) }

  mutating func packed(_ field: Int, _ values: [Int]) {
    var content = Message()
    for value in values { content.variable(UInt64(bitPattern: Int64(value))) }
    data(field, content.bytes)
  }
}

/// An ONNX model made by a test.
struct ModelWriter {
  var inputShape: [Int]
  var outputShape = [1, 2]
  var operatorVersion = 13
  var nodes: [Message] = []
  var tensors: [Message] = []

  init(_ inputShape: [Int]) {
    self.inputShape = inputShape
  }

  mutating func tensor(_ name: String, _ shape: [Int], _ values: [Float]) {
    tensors.append(
      Message { message in
        message.packed(1, shape)
        message.integer(2, 1)
        message.text(8, name)
        message.data(
          9, values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
      })
  }

  mutating func tensor(_ name: String, integers: [Int]) {
    tensors.append(
      Message { message in
        message.packed(1, [integers.count])
        message.integer(2, 7)
        message.packed(7, integers)
        message.text(8, name)
      })
  }

  mutating func node(
    _ operation: String, _ inputs: [String], _ output: String, domain: String = "", _ attributes: Message...
  ) {
    node(operation, inputs, output, domain: domain, attributes: attributes)
  }

  mutating func node(
    _ operation: String, _ inputs: [String], _ output: String, domain: String = "", attributes: [Message]
  ) {
    nodes.append(
      Message { message in
        for input in inputs { message.text(1, input) }
        message.text(2, output)
        message.text(3, "the " + operation)
        message.text(4, operation)
        for attribute in attributes { message.message(5, attribute) }
        if !domain.isEmpty { message.text(7, domain) }
      })
  }

  static func attribute(_ name: String, _ value: Int) -> Message {
    Message { message in
      message.text(1, name)
      message.integer(3, value)
      message.integer(20, 2)
    }
  }

  static func attribute(_ name: String, _ values: [Int]) -> Message {
    Message { message in
      message.text(1, name)
      for value in values { message.integer(8, value) }
      message.integer(20, 7)
    }
  }

  static func attribute(_ name: String, _ value: Float) -> Message {
    Message { message in
      message.text(1, name)
      message.float(2, value)
      message.integer(20, 1)
    }
  }

  static func attribute(_ name: String, _ value: String) -> Message {
    Message { message in
      message.text(1, name)
      message.text(4, value)
      message.integer(20, 3)
    }
  }

  private static func value(_ name: String, _ shape: [Int]) -> Message {
    Message { message in
      message.text(1, name)
      message.message(
        2,
        Message { type in
          type.message(
            1,
            Message { tensor in
              tensor.integer(1, 1)
              tensor.message(
                2,
                Message { sizes in
                  for size in shape {
                    sizes.message(1, Message { if size >= 0 { $0.integer(1, size) } else { $0.text(2, "n") } })
                  }
                })
            })
        })
    }
  }

  /// The model, whose output is called `output`.
  var bytes: [UInt8] {
    Message { model in
      model.integer(1, 8)
      model.message(
        7,
        Message { graph in
          for node in nodes { graph.message(1, node) }
          graph.text(2, "test")
          for tensor in tensors { graph.message(5, tensor) }
          graph.message(11, Self.value("input", inputShape))
          graph.message(12, Self.value("output", outputShape))
        })
      model.message(8, Message { $0.integer(2, operatorVersion) })
    }.bytes
  }
}

extension ModelWriter {
  /// A picture of 2×2 pixels, gray, into two logits: the sum, and twice the first pixel minus the last.
  static var small: ModelWriter {
    var model = ModelWriter([1, 1, 2, 2])
    model.tensor("weights", [2, 4], [1, 1, 1, 1, 2, 0, 0, -1])
    model.tensor("biases", [2], [0.5, -1])
    model.node("Flatten", ["input"], "flat")
    model.node("Gemm", ["flat", "weights", "biases"], "output", attribute("transB", 1))
    return model
  }
}
