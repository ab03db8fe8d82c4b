import Checkpoints

/// Reads one node's attributes, refusing what it does not know.
struct ONNXNodeReader {
  let node: ONNXNode
  let file: String

  func failure(_ reason: ONNXError.Reason) -> ImportError {
    .onnx(ONNXError(file: file, place: node.place, reason: reason))
  }

  func require(_ condition: Bool, _ reason: ONNXError.Reason) throws(ImportError) {
    guard condition else { throw failure(reason) }
  }

  /// Refuses attributes with other names, whatever they hold.
  func allow(_ names: String...) throws(ImportError) {
    for attribute in node.attributes where !names.contains(attribute.name) {
      throw failure(.unsupported("attribute ‘\(attribute.name)’"))
    }
  }

  private func wrongKind(_ name: String) -> ImportError { failure(.malformed("attribute ‘\(name)’")) }

  func integer(_ name: String) throws(ImportError) -> Int? {
    guard let value = node.attribute(name) else { return nil }
    guard case .integer(let integer) = value else { throw wrongKind(name) }
    return Int(integer)
  }

  /// Refuses any value but one.
  func requireInteger(_ name: String, _ expected: Int) throws(ImportError) {
    let value = try integer(name) ?? expected
    try require(value == expected, .unsupported("attribute ‘\(name)’ of \(value)"))
  }

  func integers(_ name: String) throws(ImportError) -> [Int]? {
    guard let value = node.attribute(name) else { return nil }
    guard case .integers(let integers) = value else { throw wrongKind(name) }
    return integers.map { Int($0) }
  }

  func number(_ name: String) throws(ImportError) -> Double? {
    guard let value = node.attribute(name) else { return nil }
    guard case .number(let number) = value, number.isFinite else { throw wrongKind(name) }
    return Double(number)
  }

  func text(_ name: String) throws(ImportError) -> String? {
    guard let value = node.attribute(name) else { return nil }
    guard case .text(let bytes) = value, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw wrongKind(name) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension ONNXNodeReader {
  /// The window of a convolution or a pool.
  /// - Parameters:
  ///   - sizes: of the tensor, one or two dimensions.
  ///   - kernel: of the weights, or `nil` where only the attribute says it.
  func window(over sizes: [Int], kernel: [Int]?) throws(ImportError) -> [WindowAxisValues] {
    let stated = try integers("kernel_shape")
    guard let kernel = kernel ?? stated, kernel.count == sizes.count, stated == nil || stated == kernel else {
      throw failure(.contradiction("a kernel_shape that does not fit"))
    }
    let ones = [Int](repeating: 1, count: sizes.count)
    let strides = try integers("strides") ?? ones
    let dilations = try integers("dilations") ?? ones
    let pads = try integers("pads") ?? [Int](repeating: 0, count: 2 * sizes.count)
    let allowed = 1...1 << 16
    guard strides.count == sizes.count, dilations.count == sizes.count, pads.count == 2 * sizes.count,
      (kernel + strides + dilations).allSatisfy(allowed.contains), pads.allSatisfy((0...1 << 16).contains)
    else { throw failure(.contradiction("strides, dilations, pads or kernel_shape out of range")) }
    let automatic = try text("auto_pad") ?? "NOTSET"
    try require(
      ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(automatic), .unsupported("auto_pad ‘\(automatic)’"))
    return sizes.indices.map { axis in
      var values = WindowAxisValues(size: kernel[axis], stride: strides[axis], dilation: dilations[axis])
      if automatic == "NOTSET" {
        (values.before, values.after) = (pads[axis], pads[axis + sizes.count])
      } else if automatic != "VALID" {
        values.pad(over: sizes[axis], greaterBefore: automatic == "SAME_LOWER")
      }
      return values
    }
  }
}
