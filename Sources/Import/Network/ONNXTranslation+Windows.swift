import Checkpoints
import Program

extension ONNXTranslation {
  mutating func translateConvolution(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("kernel_shape", "strides", "dilations", "pads", "auto_pad", "group")
    let (source, shape) = try plain(reader, 0)
    let dimensions = try computed(reader, 0).shape.count - 2
    try reader.require((1...2).contains(dimensions), .unsupported("a convolution of \(dimensions) dimensions"))
    let weights = try requiredNumbers(reader, 1)
    let group = try reader.integer("group") ?? 1
    guard weights.shape.count == dimensions + 2, group >= 1, weights.shape[0].isMultiple(of: group),
      weights.shape[1].multipliedReportingOverflow(by: group) == (shape.channels, false),
      weights.shape.allSatisfy({ $0 > 0 })
    else {
      throw reader.failure(
        .contradiction("weights of shape \(weights.shape) in \(group) groups for \(shape.channels) channels"))
    }
    let rows = weights.shape[0]
    let biases = try numbers(reader, 2)
    try reader.require(
      biases.map { $0.shape == [rows] } ?? true, .contradiction("a bias that is not one number a channel"))
    let sizes = dimensions == 2 ? [shape.height, shape.width] : [shape.width]
    let window = Window(try reader.window(over: sizes, kernel: Array(weights.shape[2...])))
    let expanded = try expanded(reader, weights.values, rows: rows, group: group, channels: shape.channels)
    let linear = TrainedLinear(
      source: source, window: window, rows: rows, weights: expanded, biases: biases?.values ?? [],
      name: "node \(reader.node.index) (Conv)")
    try append(reader, .linear(linear), window, over: shape, channels: rows)
  }

  /// Groups as one matrix: zero where a row's group does not reach.
  private func expanded(
    _ reader: ONNXNodeReader, _ weights: [Double], rows: Int, group: Int, channels: Int
  ) throws(ImportError) -> [Double] {
    guard group > 1 else { return weights }
    let width = weights.count / rows
    let (total, overflow) = weights.count.multipliedReportingOverflow(by: group)
    try reader.require(!overflow && total <= 1 << 24, .tooLarge("\(group) groups of \(channels) channels"))
    var expanded = [Double](repeating: 0, count: total)
    for row in 0..<rows {
      let start = row * width * group + row / (rows / group) * width
      expanded.replaceSubrange(start..<start + width, with: weights[row * width..<(row + 1) * width])
    }
    return expanded
  }

  mutating func translateMaximumPool(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("kernel_shape", "strides", "dilations", "pads", "auto_pad", "ceil_mode", "storage_order")
    try reader.requireInteger("storage_order", 0)
    try translatePool(reader) { .maximumPool(source: $0, $1) }
  }

  mutating func translateAveragePool(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow(
      "kernel_shape", "strides", "dilations", "pads", "auto_pad", "ceil_mode", "count_include_pad")
    let countsPadding = try reader.integer("count_include_pad") ?? 0
    try reader.require((0...1).contains(countsPadding), .malformed("attribute ‘count_include_pad’"))
    try translatePool(reader) { .averagePool(source: $0, $1, countsPadding: countsPadding == 1) }
  }

  private mutating func translatePool(
    _ reader: ONNXNodeReader, _ make: (Int, Window) -> TrainedOperator
  ) throws(ImportError) {
    let (source, shape) = try plain(reader, 0)
    let dimensions = try computed(reader, 0).shape.count - 2
    try reader.require((1...2).contains(dimensions), .unsupported("a pool of \(dimensions) dimensions"))
    let sizes = dimensions == 2 ? [shape.height, shape.width] : [shape.width]
    let axes = try reader.window(over: sizes, kernel: nil)
    if try reader.integer("ceil_mode") ?? 0 != 0 {
      for (axis, size) in zip(axes, sizes) {
        let room = size + axis.before + axis.after - ((axis.size - 1) * axis.dilation + 1)
        try reader.require(room.isMultiple(of: axis.stride), .unsupported("ceil_mode where it makes a difference"))
      }
    }
    try append(reader, make(source, Window(axes)), Window(axes), over: shape, channels: shape.channels)
  }

  mutating func translateGlobalPool(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow()
    let (source, shape) = try plain(reader, 0)
    let window = Window(whole: shape)
    let element: TrainedOperator =
      reader.node.operation == "GlobalMaxPool"
      ? .maximumPool(source: source, window) : .averagePool(source: source, window, countsPadding: false)
    try append(reader, element, window, over: shape, channels: shape.channels)
  }

  /// Appends an operator with a window; its result has as many dimensions as the node's input.
  private mutating func append(
    _ reader: ONNXNodeReader, _ element: TrainedOperator, _ window: Window, over shape: TensorShape, channels: Int
  ) throws(ImportError) {
    guard let (height, width) = window.positions(over: shape) else {
      throw reader.failure(.contradiction("a window greater than the padded \(shape)"))
    }
    let result = TensorShape(channels: channels, height: height, width: width)
    let rank = try computed(reader, 0).shape.count
    let sizes = rank == 4 ? [1, channels, height, width] : [1, channels, width]
    guard elementCount(sizes).map({ $0 <= NetworkLimits.tensorSize }) ?? false else {
      throw reader.failure(.tooLarge("a result of shape \(sizes)"))
    }
    try set(reader, ONNXComputed(tensor: network.append(element, shape: result), shape: sizes))
  }
}
