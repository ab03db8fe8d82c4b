import Program

/// Pools: the greatest value or the mean of each window.
struct PoolPass {
  let window: Window
  let source: TensorShape
  let output: TensorShape

  init(_ window: Window, source: TensorShape, output: TensorShape) {
    self.window = window
    self.source = source
    self.output = output
  }

  func maxima(_ values: [Int64]) -> [Int64] {
    mapWindows { channel, rows, columns in
      var greatest = Int64.min
      for row in rows {
        let start = channel * source.area + row * source.width
        for column in columns { greatest = max(greatest, values[start + column]) }
      }
      return greatest
    }
  }

  /// ⌊(2·sum + n) / (2·n)⌋, n the window's area, or that of its part within the tensor.
  func means(_ values: [Int64], _ countsPadding: Bool) -> [Int64] {
    mapWindows { channel, rows, columns in
      var sum: Int64 = 0
      for row in rows {
        let start = channel * source.area + row * source.width
        for column in columns { sum &+= values[start + column] }
      }
      let count = Int64(countsPadding ? window.area : rows.count * columns.count)
      return floorDivision(2 * sum + count, by: 2 * count)
    }
  }

  /// Calls `body` with the part of each window that lies within the tensor, in the order of the output.
  private func mapWindows(_ body: (_ channel: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Int64) -> [Int64] {
    var result: [Int64] = []
    result.reserveCapacity(output.count)
    for channel in 0..<output.channels {
      for row in 0..<output.height {
        let rows = window.vertical.span(position: row, of: source.height)
        for column in 0..<output.width {
          result.append(body(channel, rows, window.horizontal.span(position: column, of: source.width)))
        }
      }
    }
    return result
  }
}

extension WindowAxis {
  /// The indices that an undilated window covers; never empty, for padding is less than the window.
  fileprivate func span(position: Int, of count: Int) -> Range<Int> {
    let start = position * stride - before
    return max(0, start)..<min(count, start + size)
  }
}
