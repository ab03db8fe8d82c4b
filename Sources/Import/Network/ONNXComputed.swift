import Program

/// What an ONNX name stands for: a tensor of the network, seen under a shape, perhaps in another order.
struct ONNXComputed {
  var tensor: Int
  /// As the model sees it, with the batch.
  var shape: [Int]
  /// Which value of the tensor stands at each place of the shape, row-major; `nil` when they stand in order.
  var order: [Int]?
  /// What was dropped before, which only the end of a model may.
  var dropped: String?

  init(tensor: Int, shape: [Int], order: [Int]? = nil, dropped: String? = nil) {
    self.tensor = tensor
    self.shape = shape
    self.order = order.flatMap { $0.elementsEqual($0.indices) ? nil : $0 }
    self.dropped = dropped
  }

  var count: Int { shape.reduce(1, *) }

  /// The tensor that this would be without a batch: channels, rows and columns, or channels alone.
  var plainShape: TensorShape? {
    guard shape.first == 1 else { return nil }
    switch shape.count {
    case 2: return TensorShape(channels: shape[1])
    case 3: return TensorShape(channels: shape[1], width: shape[2])
    case 4: return TensorShape(channels: shape[1], height: shape[2], width: shape[3])
    default: return nil
    }
  }

  /// The same values with their dimensions rearranged: dimension i is the former dimension `axes[i]`.
  /// - Precondition: `axes` is a permutation of the dimensions.
  func transposed(_ axes: [Int]) -> ONNXComputed {
    let moved = axes.map { shape[$0] }
    let places = Self.transposedIndices(shape, axes)
    return ONNXComputed(
      tensor: tensor, shape: moved, order: places.map { order?[$0] ?? $0 }, dropped: dropped)
  }

  /// For each place of the rearranged shape, row-major, its place in the former one.
  static func transposedIndices(_ shape: [Int], _ axes: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    var places = [0]
    for axis in axes {
      places = places.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } }
    }
    return places
  }
}

/// The product of a shape's sizes, or `nil` where it does not fit.
func elementCount(_ sizes: [Int]) -> Int? {
  var count = 1
  for size in sizes {
    let (next, overflow) = count.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    count = next
  }
  return count
}
