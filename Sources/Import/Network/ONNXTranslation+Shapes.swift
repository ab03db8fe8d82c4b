import Checkpoints
import Program

extension ONNXTranslation {
  mutating func translateReshape(_ reader: ONNXNodeReader) throws(ImportError) {
    guard let name = reader.node.inputs.first else { throw reader.failure(.contradiction("no input")) }
    if let tensor = constants[name] {
      let shape = try newShape(reader, from: tensor.shape)
      try setConstant(reader, ONNXTensor(name: "", shape: shape, elements: tensor.elements))
    } else {
      // A dropped softmax may be followed by other shapes of the same row.
      guard let value = values[name] else { throw reader.failure(.contradiction("no earlier node computes ‘\(name)’")) }
      let shape = try newShape(reader, from: value.shape)
      try set(
        reader, ONNXComputed(tensor: value.tensor, shape: shape, order: value.order, dropped: value.dropped))
    }
  }

  /// The shape after a reshape, flatten, squeeze or unsqueeze, of as many elements.
  private func newShape(_ reader: ONNXNodeReader, from shape: [Int]) throws(ImportError) -> [Int] {
    let new: [Int]?
    switch reader.node.operation {
    case "Flatten":
      try reader.allow("axis")
      let axis = try reader.integer("axis") ?? 1
      let place = axis < 0 ? axis + shape.count : axis
      new =
        (0...shape.count).contains(place)
        ? [shape[..<place].reduce(1, *), shape[place...].reduce(1, *)] : nil
    case "Reshape": new = try reshaped(reader, shape)
    case "Squeeze": new = squeezed(shape, axes: try axes(reader))
    default: new = unsqueezed(shape, axes: try axes(reader))
    }
    guard let new, new.count <= ONNXLimits.rank, new.allSatisfy({ $0 > 0 }),
      elementCount(new) == elementCount(shape)
    else { throw reader.failure(.contradiction("a new shape for \(shape) that does not fit")) }
    return new
  }

  /// 0 keeps a size, one −1 takes what is left.
  private func reshaped(_ reader: ONNXNodeReader, _ shape: [Int]) throws(ImportError) -> [Int]? {
    try reader.allow("allowzero")
    try reader.requireInteger("allowzero", 0)
    guard var new = try integers(reader, 1), new.allSatisfy({ $0 >= -1 }) else { return nil }
    for index in new.indices where new[index] == 0 {
      guard index < shape.count else { return nil }
      new[index] = shape[index]
    }
    let open = new.indices.filter { new[$0] == -1 }
    guard open.count <= 1, let index = open.first else { return open.isEmpty ? new : nil }
    new[index] = 1
    guard let known = elementCount(new), let count = elementCount(shape), known > 0, count.isMultiple(of: known) else {
      return nil
    }
    new[index] = count / known
    return new
  }

  /// An attribute up to operator set 12, an input from 13 on.
  private func axes(_ reader: ONNXNodeReader) throws(ImportError) -> [Int]? {
    try reader.allow("axes")
    if let axes = try reader.integers("axes") { return axes }
    return try integers(reader, 1)
  }

  private func squeezed(_ shape: [Int], axes: [Int]?) -> [Int]? {
    guard let axes else { return shape.filter { $0 != 1 } }
    let places = axes.map { $0 < 0 ? $0 + shape.count : $0 }
    guard places.allSatisfy({ shape.indices.contains($0) && shape[$0] == 1 }) else { return nil }
    return shape.indices.filter { !places.contains($0) }.map { shape[$0] }
  }

  private func unsqueezed(_ shape: [Int], axes: [Int]?) -> [Int]? {
    guard let axes, axes.count <= ONNXLimits.rank else { return nil }
    let rank = shape.count + axes.count
    let places = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard places.count == axes.count, places.allSatisfy((0..<rank).contains) else { return nil }
    var rest = shape[...]
    return (0..<rank).compactMap { places.contains($0) ? 1 : rest.popFirst() }
  }

  mutating func translateTranspose(_ reader: ONNXNodeReader) throws(ImportError) {
    try reader.allow("perm")
    guard let name = reader.node.inputs.first else { throw reader.failure(.contradiction("no input")) }
    guard let rank = constants[name]?.shape.count ?? values[name]?.shape.count else {
      throw reader.failure(.contradiction("no earlier node computes ‘\(name)’"))
    }
    let axes = try reader.integers("perm") ?? Array((0..<rank).reversed())
    try reader.require(axes.sorted().elementsEqual(0..<rank), .contradiction("perm \(axes) for \(rank) dimensions"))
    if let tensor = constants[name] {
      let places = ONNXComputed.transposedIndices(tensor.shape, axes)
      let elements: ONNXTensor.Elements =
        switch tensor.elements {
        case .numbers(let values): .numbers(places.map { values[$0] })
        case .integers(let values): .integers(places.map { values[$0] })
        }
      try setConstant(
        reader, ONNXTensor(name: "", shape: axes.map { tensor.shape[$0] }, elements: elements))
    } else {
      try set(reader, try computed(reader, 0).transposed(axes))
    }
  }
}
