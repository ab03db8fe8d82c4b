import Checkpoints
import Program

extension ONNXTranslation {
  /// Translates one node.
  /// - Throws: `ImportError.onnx` with the node; an operator that is not known is named.
  mutating func translate(_ reader: ONNXNodeReader) throws(ImportError) {
    guard reader.node.domain.isEmpty else {
      throw reader.failure(.unsupported("an operator of the domain ‘\(reader.node.domain)’"))
    }
    switch reader.node.operation {
    case "Constant": try translateConstant(reader)
    case "Identity", "Dropout", "Cast": try translateIdentity(reader)
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": try translateReshape(reader)
    case "Transpose": try translateTranspose(reader)
    case "Conv": try translateConvolution(reader)
    case "MaxPool": try translateMaximumPool(reader)
    case "AveragePool": try translateAveragePool(reader)
    case "GlobalAveragePool", "GlobalMaxPool": try translateGlobalPool(reader)
    case "MatMul": try translateMatrixProduct(reader)
    case "Gemm": try translateGemm(reader)
    case "Relu", "Clip", "Sigmoid": try translateElementwise(reader)
    case "Add", "Sub", "Mul", "Div": try translateArithmetic(reader)
    case "BatchNormalization": try translateBatchNormalization(reader)
    case "Softmax", "LogSoftmax": try translateSoftmax(reader)
    case let operation: throw reader.failure(.unsupported("the operator ‘\(operation)’"))
    }
  }

  private mutating func translateConstant(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("value", "value_float", "value_floats", "value_int", "value_ints")
    guard reader.node.attributes.count == 1 else { throw reader.failure(.contradiction("not one value")) }
    let tensor: ONNXTensor
    switch reader.node.attributes[0].value {
    case .tensor(let value): tensor = value
    case .number(let value): tensor = ONNXTensor(name: "", shape: [], elements: .numbers([Double(value)]))
    case .numbers(let values):
      tensor = ONNXTensor(name: "", shape: [values.count], elements: .numbers(values.map { Double($0) }))
    case .integer(let value): tensor = ONNXTensor(name: "", shape: [], elements: .integers([value]))
    case .integers(let values): tensor = ONNXTensor(name: "", shape: [values.count], elements: .integers(values))
    case .text, .other: throw reader.failure(.unsupported("a constant of this kind"))
    }
    if case .numbers(let values) = tensor.elements, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw reader.failure(.nonFinite(index: index))
    }
    try setConstant(reader, tensor)
  }

  private mutating func translateIdentity(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("ratio", "seed", "to", "saturate")
    if reader.node.operation == "Cast" { try reader.requireInteger("to", 1) }
    if reader.node.operation == "Dropout", let training = try constant(reader, 2) {
      try reader.require(
        training.elements == .integers([0]), .unsupported("dropout as in training"))
    }
    guard let name = reader.node.inputs.first else { throw reader.failure(.contradiction("no input")) }
    if let tensor = constants[name], reader.node.operation == "Identity" { return try setConstant(reader, tensor) }
    guard let value = values[name] else { throw reader.failure(.contradiction("no earlier node computes ‘\(name)’")) }
    try set(reader, value)
  }

  /// A function of each value: what it reads may stand in any order.
  private mutating func translateElementwise(_ reader: ONNXNodeReader) throws(ImportError) {
    let value = try computed(reader, 0)
    var result = value
    switch reader.node.operation {
    case "Relu":
      try reader.allow()
      result.tensor = network.append(.relu(source: value.tensor))
    case "Sigmoid":
      try reader.allow()
      if let name = reader.node.outputs.first, isOutput(name) {
        result.dropped = reader.node.title
      } else {
        result.tensor = network.append(.activation(source: value.tensor, .sigmoid))
      }
    default:
      try reader.allow("min", "max")
      let bounds = (try clipBound(reader, 1, "min"), try clipBound(reader, 2, "max"))
      if bounds.0 == 0, bounds.1 == nil {
        result.tensor = network.append(.relu(source: value.tensor))
      } else if bounds.0 != nil || bounds.1 != nil {
        try reader.require(
          (bounds.0 ?? -.infinity) <= (bounds.1 ?? .infinity), .contradiction("a least value above the greatest"))
        result.tensor = network.append(.clamp(source: value.tensor, low: bounds.0, high: bounds.1))
      }
    }
    try set(reader, result)
  }

  /// An attribute up to operator set 10, an input from 11 on.
  private func clipBound(_ reader: ONNXNodeReader, _ index: Int, _ name: String) throws(ImportError) -> Double? {
    if let value = try reader.number(name) { return value }
    guard let bound = try numbers(reader, index) else { return nil }
    try reader.require(bound.values.count == 1, .contradiction("a bound that is not one number"))
    return bound.values[0]
  }

  /// Dropped where it is the end of the model: it keeps the order of the logits.
  private mutating func translateSoftmax(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("axis")
    var value = try computed(reader, 0)
    let axis = try reader.integer("axis") ?? (model.operatorVersion < 13 ? 1 : -1)
    let place = axis < 0 ? axis + value.shape.count : axis
    // All but one dimension are 1, and that one is normalised over.
    let isRow =
      value.shape.indices.contains(place)
      && (model.operatorVersion < 13
        ? value.shape[..<place].allSatisfy { $0 == 1 }
        : value.shape.indices.allSatisfy { $0 == place || value.shape[$0] == 1 })
    try reader.require(isRow, .unsupported("a softmax over shape \(value.shape), axis \(axis)"))
    value.dropped = reader.node.title
    try set(reader, value)
  }

  private mutating func translateBatchNormalization(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("epsilon", "momentum", "training_mode", "spatial")
    try reader.requireInteger("training_mode", 0)
    try reader.requireInteger("spatial", 1)
    let (tensor, shape) = try plain(reader, 0)
    var parts: [[Double]] = []
    for index in 1...4 {
      let part = try requiredNumbers(reader, index)
      try reader.require(
        part.shape == [shape.channels], .contradiction("input \(index) of shape \(part.shape), not [\(shape.channels)]")
      )
      parts.append(part.values)
    }
    let map = ChannelMap.normalization(
      gammas: parts[0], betas: parts[1], means: parts[2], variances: parts[3],
      epsilon: try reader.number("epsilon") ?? Double(Float(1e-5)))
    try reader.require(map.isFinite, .contradiction("a variance that is not positive"))
    let result = network.append(.affine(source: tensor, map))
    try set(reader, ONNXComputed(tensor: result, shape: try computed(reader, 0).shape))
  }
}

extension ONNXNode {
  /// For the record: `node 12 (Softmax)`.
  fileprivate var title: String { "node \(index) (\(operation))" }
}
