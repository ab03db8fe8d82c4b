import Checkpoints
import Program

/// Turns an ONNX graph into a trained network, node by node; what it does not understand it refuses by name.
///
/// Constants are computed with where shapes alone are concerned. The batch must be one.
struct ONNXTranslation {
  let model: ONNXModel
  var network: TrainedNetwork
  var constants: [String: ONNXTensor] = [:]
  var values: [String: ONNXComputed] = [:]
  private let outputName: String

  private init(_ model: ONNXModel) throws(ImportError) {
    self.model = model
    let graph = model.graph
    func failure(_ place: ONNXError.Place, _ reason: ONNXError.Reason) -> ImportError {
      .onnx(ONNXError(file: model.file.path, place: place, reason: reason))
    }
    guard graph.inputs.count == 1, graph.outputs.count == 1 else {
      throw failure(
        .wholeFile,
        .unsupported("a model with \(graph.inputs.count) inputs and \(graph.outputs.count) outputs (one each is)"))
    }
    for tensor in graph.initializers { constants[tensor.name] = tensor }
    let input = graph.inputs[0]
    guard let shape = input.shape?.enumerated().map({ $0.offset == 0 ? $0.element ?? 1 : $0.element ?? 0 }) else {
      throw failure(.value(input.name), .unsupported("an input without a shape"))
    }
    guard let view = Self.inputView(shape) else {
      throw failure(
        .value(input.name),
        .unsupported(
          "an input of shape \(shape) (pictures [1,C,H,W] or [1,H,W,C] of 1 or 3 channels and sequences [1,4,L] or "
            + "[1,L,4] are, each size stated)"))
    }
    network = TrainedNetwork(input: view.input)
    values[input.name] = ONNXComputed(tensor: 0, shape: shape, order: view.order)
    outputName = graph.outputs[0].name
  }

  /// What a shape means, and where its places stand in a tensor of channels, rows and columns.
  private static func inputView(_ shape: [Int]) -> (input: TrainedNetwork.Input, order: [Int]?)? {
    let limit = 1...NetworkLimits.dimension
    guard shape.first == 1, shape.allSatisfy(limit.contains), let size = elementCount(shape),
      size <= NetworkLimits.tensorSize
    else { return nil }
    /// Channels last, at places of channels first.
    func channelsLast(_ shape: [Int]) -> [Int] {
      let (channels, area) = (shape[shape.count - 1], size / shape[shape.count - 1])
      return (0..<size).map { $0 % channels * area + $0 / channels }
    }
    switch shape.count {
    case 4 where [1, 3].contains(shape[1]):
      return (.picture(TensorShape(channels: shape[1], height: shape[2], width: shape[3])), nil)
    case 4 where [1, 3].contains(shape[3]):
      return (.picture(TensorShape(channels: shape[3], height: shape[1], width: shape[2])), channelsLast(shape))
    case 3 where shape[1] == NucleotideFormat.letters.count: return (.nucleotides(length: shape[2]), nil)
    case 3 where shape[2] == NucleotideFormat.letters.count:
      return (.nucleotides(length: shape[1]), channelsLast(shape))
    default: return nil
    }
  }

  /// - Throws: `ImportError.onnx` with the node, tensor or value.
  static func network(_ model: ONNXModel) throws(ImportError) -> TrainedNetwork {
    var translation = try ONNXTranslation(model)
    for node in model.graph.nodes {
      let reader = ONNXNodeReader(node: node, file: model.file.path)
      try translation.translate(reader)
      guard translation.network.operators.count <= 4 * NetworkLimits.operatorCount else {
        throw reader.failure(.tooLarge("more than \(4 * NetworkLimits.operatorCount) operators"))
      }
    }
    return try translation.finish()
  }

  /// Makes the graph's output the last tensor, one value a channel.
  private func finish() throws(ImportError) -> TrainedNetwork {
    func failure(_ reason: ONNXError.Reason) -> ImportError {
      .onnx(ONNXError(file: model.file.path, place: .value(outputName), reason: reason))
    }
    guard let output = values[outputName] else { throw failure(.contradiction("no node computes it")) }
    guard output.tensor > 0 else { throw failure(.contradiction("it is the input")) }
    var (network, tensor) = (network, output.tensor)
    if let dropped = output.dropped { network.dropped.append(dropped) }
    if network.shapes[tensor].area > 1 {
      guard output.order == nil, output.shape.filter({ $0 != 1 }).count <= 1 else {
        throw failure(.unsupported("an output of shape \(output.shape) (one row of logits is)"))
      }
      tensor = network.append(
        .reshape(source: tensor, TensorShape(channels: output.count)), shape: TensorShape(channels: output.count))
    }
    network.keepOnly(what: tensor)
    return network
  }

  /// Whether a name is the graph's output, where a last function may be dropped.
  func isOutput(_ name: String) -> Bool { name == outputName }
}

extension ONNXTranslation {
  /// The constant of an input; `nil` when it is left out.
  func constant(_ reader: ONNXNodeReader, _ index: Int) throws(ImportError) -> ONNXTensor? {
    guard index < reader.node.inputs.count, !reader.node.inputs[index].isEmpty else { return nil }
    let name = reader.node.inputs[index]
    guard let tensor = constants[name] else {
      throw reader.failure(.unsupported("input ‘\(name)’ that is not a constant"))
    }
    return tensor
  }

  func numbers(_ reader: ONNXNodeReader, _ index: Int) throws(ImportError) -> (values: [Double], shape: [Int])? {
    guard let tensor = try constant(reader, index) else { return nil }
    guard case .numbers(let values) = tensor.elements else {
      throw reader.failure(.unsupported("input ‘\(tensor.name)’ of integers"))
    }
    return (values, tensor.shape)
  }

  func requiredNumbers(
    _ reader: ONNXNodeReader, _ index: Int
  ) throws(ImportError) -> (values: [Double], shape: [Int]) {
    guard let found = try numbers(reader, index) else {
      throw reader.failure(.contradiction("input \(index) is missing"))
    }
    return found
  }

  func integers(_ reader: ONNXNodeReader, _ index: Int) throws(ImportError) -> [Int]? {
    guard let tensor = try constant(reader, index) else { return nil }
    guard case .integers(let values) = tensor.elements else {
      throw reader.failure(.contradiction("input ‘\(tensor.name)’ is not of integers"))
    }
    return values.map { Int($0) }
  }

  /// The computed value of an input.
  func computed(_ reader: ONNXNodeReader, _ index: Int) throws(ImportError) -> ONNXComputed {
    guard index < reader.node.inputs.count else { throw reader.failure(.contradiction("input \(index) is missing")) }
    let name = reader.node.inputs[index]
    guard let value = values[name] else {
      throw reader.failure(
        constants[name] == nil
          ? .contradiction("no earlier node computes input ‘\(name)’") : .unsupported("a constant as input \(index)"))
    }
    if let dropped = value.dropped {
      throw reader.failure(.unsupported("an operator behind \(dropped)"))
    }
    return value
  }

  /// The tensor of an input as channels, rows and columns in order.
  mutating func plain(_ reader: ONNXNodeReader, _ index: Int) throws(ImportError) -> (tensor: Int, shape: TensorShape) {
    let value = try computed(reader, index)
    guard value.order == nil, let shape = value.plainShape else {
      throw reader.failure(.unsupported("an input of shape \(value.shape) in this order of dimensions"))
    }
    guard network.shapes[value.tensor] != shape else { return (value.tensor, shape) }
    return (network.append(.reshape(source: value.tensor, shape), shape: shape), shape)
  }

  /// Names the node's result.
  mutating func set(_ reader: ONNXNodeReader, _ value: ONNXComputed) throws(ImportError) {
    guard let name = reader.node.outputs.first, !name.isEmpty else {
      throw reader.failure(.contradiction("an operator without an output"))
    }
    for other in reader.node.outputs.dropFirst() where !other.isEmpty {
      // Masks of dropout and statistics of training may be named; nothing may read them.
      guard values[other] == nil, constants[other] == nil else {
        throw reader.failure(.contradiction("‘\(other)’ is computed twice"))
      }
    }
    guard values[name] == nil, constants[name] == nil else {
      throw reader.failure(.contradiction("‘\(name)’ is computed twice"))
    }
    values[name] = value
  }

  mutating func setConstant(_ reader: ONNXNodeReader, _ tensor: ONNXTensor) throws(ImportError) {
    guard let name = reader.node.outputs.first, !name.isEmpty, values[name] == nil, constants[name] == nil else {
      throw reader.failure(.contradiction("an output that is computed twice, or not named"))
    }
    constants[name] = ONNXTensor(name: name, shape: tensor.shape, elements: tensor.elements)
  }
}
