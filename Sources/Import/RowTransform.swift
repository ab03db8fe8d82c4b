/// What happens to a row of weights before it is rounded: an addend, the norm's diagonal, then the Hadamard blocks.
struct RowTransform {
  /// Shape (columns,), or `nil` for none.
  var addend: [Float]?
  /// Shape (columns,), or `nil` for none.
  let diagonal: [Double]?
  /// A power of two that divides the columns; 1 for none.
  let block: Int

  /// Applies the transform to one row in place.
  /// - Complexity: O(columns · log block).
  func apply(_ row: inout [Double]) {
    if let addend {
      precondition(addend.count == row.count)
      for column in row.indices { row[column] += Double(addend[column]) }
    }
    if let diagonal {
      precondition(diagonal.count == row.count)
      for column in row.indices { row[column] *= diagonal[column] }
    }
    guard block > 1 else { return }
    precondition(row.count.isMultiple(of: block))
    row.withUnsafeMutableBufferPointer { values in
      for start in stride(from: 0, to: values.count, by: block) { Self.butterflies(values, start, block) }
      // A power of two: the division is exact.
      let share = 1 / Double(block)
      for column in values.indices { values[column] *= share }
    }
  }

  /// Unnormalised Hadamard of one block in natural order, strides 1, 2, 4, ….
  private static func butterflies(_ values: UnsafeMutableBufferPointer<Double>, _ start: Int, _ block: Int) {
    var distance = 1
    while distance < block {
      for group in stride(from: start, to: start + block, by: 2 * distance) {
        for index in group..<group + distance {
          let (a, b) = (values[index], values[index + distance])
          values[index] = a + b
          values[index + distance] = a - b
        }
      }
      distance *= 2
    }
  }
}
