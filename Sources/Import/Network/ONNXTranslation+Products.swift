import Checkpoints
import Program

extension ONNXTranslation {
  /// A row of values times a constant matrix of shape (inputs, outputs).
  mutating func translateMatrixProduct(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow()
    let value = try computed(reader, 0)
    let matrix = try requiredNumbers(reader, 1)
    guard matrix.shape.count == 2, value.shape.last == matrix.shape[0], value.count == matrix.shape[0],
      matrix.shape.allSatisfy({ $0 > 0 })
    else {
      throw reader.failure(
        .unsupported("the product of shapes \(value.shape) and \(matrix.shape) (one row times a matrix is)"))
    }
    let shape = value.shape.dropLast() + [matrix.shape[1]]
    try appendDense(reader, value, matrix.values, isTransposed: false, biases: [], shape: Array(shape))
  }

  /// α·A·B + β·C with B and C constant.
  mutating func translateGemm(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("alpha", "beta", "transA", "transB")
    try reader.requireInteger("transA", 0)
    let isTransposed = try reader.integer("transB") ?? 0 != 0
    let (alpha, beta) = (try reader.number("alpha") ?? 1, try reader.number("beta") ?? 1)
    let value = try computed(reader, 0)
    let matrix = try requiredNumbers(reader, 1)
    guard matrix.shape.count == 2, matrix.shape.allSatisfy({ $0 > 0 }),
      value.shape == [1, matrix.shape[isTransposed ? 1 : 0]]
    else {
      throw reader.failure(
        .unsupported("the product of shapes \(value.shape) and \(matrix.shape) (one row times a matrix is)"))
    }
    let rows = matrix.shape[isTransposed ? 0 : 1]
    var biases: [Double] = []
    if let addend = try numbers(reader, 2) {
      guard addend.values.count == rows && addend.shape.last == rows || addend.values.count == 1 else {
        throw reader.failure(.contradiction("an addend of shape \(addend.shape) for \(rows) outputs"))
      }
      biases = (0..<rows).map { addend.values[addend.values.count == 1 ? 0 : $0] * beta }
    }
    let weights = alpha == 1 ? matrix.values : matrix.values.map { $0 * alpha }
    try appendDense(reader, value, weights, isTransposed: isTransposed, biases: biases, shape: [1, rows])
  }

  /// - Parameters:
  ///   - matrix: shape (outputs, inputs) if transposed, else (inputs, outputs).
  ///   - shape: of the result.
  private mutating func appendDense(
    _ reader: ONNXNodeReader, _ value: ONNXComputed, _ matrix: [Double], isTransposed: Bool, biases: [Double],
    shape: [Int]
  ) throws(ImportError) {
    let columns = value.count
    let rows = matrix.count / columns
    var weights = [Double](repeating: 0, count: matrix.count)
    for column in 0..<columns {
      let place = value.order?[column] ?? column
      for row in 0..<rows {
        weights[row * columns + place] = matrix[isTransposed ? row * columns + column : column * rows + row]
      }
    }
    let linear = TrainedLinear(
      source: value.tensor, window: nil, rows: rows, weights: weights, biases: biases,
      name: "node \(reader.node.index) (\(reader.node.operation))")
    let tensor = network.append(.linear(linear), shape: TensorShape(channels: rows))
    try set(reader, ONNXComputed(tensor: tensor, shape: shape))
  }

  /// The sum of two tensors, or factors and offsets from a constant.
  mutating func translateArithmetic(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow()
    guard reader.node.inputs.count == 2 else { throw reader.failure(.contradiction("not two inputs")) }
    let operation = reader.node.operation
    let isConstant = reader.node.inputs.map { constants[$0] != nil }
    switch isConstant {
    case [false, true]: try translateScaling(reader, value: 0, constant: 1)
    case [true, false] where operation != "Div": try translateScaling(reader, value: 1, constant: 0)
    case [false, false] where operation == "Add": try translateSum(reader)
    default: throw reader.failure(.unsupported("\(operation) of these inputs"))
    }
  }

  private mutating func translateSum(_ reader: ONNXNodeReader) throws(ImportError) {
    let (left, right) = (try computed(reader, 0), try computed(reader, 1))
    try reader.require(
      left.shape == right.shape && left.order == right.order
        && network.shapes[left.tensor] == network.shapes[right.tensor],
      .unsupported("the sum of shapes \(left.shape) and \(right.shape)"))
    let tensor = network.append(.add(left: left.tensor, right: right.tensor))
    try set(reader, ONNXComputed(tensor: tensor, shape: left.shape, order: left.order))
  }

  private mutating func translateScaling(
    _ reader: ONNXNodeReader, value index: Int, constant: Int
  ) throws(ImportError) {
    var value = try computed(reader, index)
    let operand = try requiredNumbers(reader, constant)
    guard let spread = Self.broadcast(operand.values, operand.shape, to: value.shape) else {
      throw reader.failure(.unsupported("a constant of shape \(operand.shape) for \(value.shape)"))
    }
    var channels = perChannel(spread, value)
    if channels == nil, value.order == nil, value.shape.filter({ $0 != 1 }).count == 1 {
      // A flat row: each of its values may be a channel of its own.
      let flat = TensorShape(channels: value.count)
      value.tensor = network.append(.reshape(source: value.tensor, flat), shape: flat)
      channels = spread
    }
    guard let channels else { throw reader.failure(.unsupported("a constant that varies within a channel")) }
    let map = Self.map(reader.node.operation, channels, isConstantFirst: constant == 0)
    try reader.require(map.isFinite, .contradiction("a division by 0"))
    value.tensor = network.append(.affine(source: value.tensor, map))
    try set(reader, value)
  }

  private static func map(_ operation: String, _ values: [Double], isConstantFirst: Bool) -> ChannelMap {
    let (ones, zeros) = (values.map { _ in 1.0 }, values.map { _ in 0.0 })
    switch operation {
    case "Add": return ChannelMap(scales: ones, offsets: values)
    case "Sub" where isConstantFirst: return ChannelMap(scales: ones.map { -$0 }, offsets: values)
    case "Sub": return ChannelMap(scales: ones, offsets: values.map { -$0 })
    case "Mul": return ChannelMap(scales: values, offsets: zeros)
    default: return ChannelMap(scales: values.map { 1 / $0 }, offsets: zeros)
    }
  }

  /// The constant at each place of a shape, row-major; `nil` when it would enlarge the shape.
  private static func broadcast(_ values: [Double], _ shape: [Int], to target: [Int]) -> [Double]? {
    guard shape.count <= target.count else { return nil }
    let padded = [Int](repeating: 1, count: target.count - shape.count) + shape
    guard zip(padded, target).allSatisfy({ $0 == 1 || $0 == $1 }) else { return nil }
    var (places, stride) = ([0], 1)
    for axis in target.indices.reversed() {
      let step = padded[axis] == 1 ? 0 : stride
      stride *= padded[axis]
      places = (0..<target[axis]).flatMap { index in places.map { $0 + index * step } }
    }
    return places.map { values[$0] }
  }

  /// One number for each channel of the tensor, if it is the same within each.
  private func perChannel(_ spread: [Double], _ value: ONNXComputed) -> [Double]? {
    let shape = network.shapes[value.tensor]
    var channels = [Double?](repeating: nil, count: shape.channels)
    for (index, number) in spread.enumerated() {
      let channel = (value.order?[index] ?? index) / shape.area
      if let other = channels[channel], other != number { return nil }
      channels[channel] = number
    }
    return channels.compactMap { $0 }
  }
}
