/// Decodes the entropy-coded data of one scan into samples.
struct JPEGScan {
  /// One component of the scan with its tables.
  struct Selection {
    let component: Int
    let direct: JPEGCode
    let alternating: JPEGCode
    /// Quantisation steps in the order of rows and columns.
    let steps: [Int]
    /// The last block's direct coefficient.
    var prediction = 0
  }

  /// Row · 8 + column of each coefficient in coded order.
  static let zigzag = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
  ]

  private var bits: JPEGBitReader
  private var selections: [Selection]
  private let restartInterval: Int
  private var coefficients = [Int](repeating: 0, count: 64)

  init(_ bytes: [UInt8], from offset: Int, selections: [Selection], restartInterval: Int) {
    bits = JPEGBitReader(bytes, from: offset)
    self.selections = selections
    self.restartInterval = restartInterval
  }

  /// - Returns: where the marker after the scan stands.
  mutating func decode(into frame: inout JPEGFrame) throws(PictureError) -> Int {
    let isInterleaved = selections.count > 1
    let only = frame.components[selections[0].component]
    // A scan of one component holds only the blocks that its samples reach into.
    let across = isInterleaved ? frame.unitsAcross : (only.width - 1) / 8 + 1
    let down = isInterleaved ? frame.unitsDown : (only.height - 1) / 8 + 1
    var unit = 0
    for row in 0..<down {
      for column in 0..<across {
        if restartInterval > 0, unit > 0, unit.isMultiple(of: restartInterval) {
          try bits.restart(number: (unit / restartInterval - 1) % 8)
          for index in selections.indices { selections[index].prediction = 0 }
        }
        try decodeUnit(row, column, isInterleaved: isInterleaved, into: &frame)
        unit += 1
      }
    }
    for selection in selections { frame.components[selection.component].isDecoded = true }
    return try bits.end()
  }

  private mutating func decodeUnit(
    _ row: Int, _ column: Int, isInterleaved: Bool, into frame: inout JPEGFrame
  ) throws(PictureError) {
    for index in selections.indices {
      let number = selections[index].component
      let across = isInterleaved ? frame.components[number].horizontal : 1
      let down = isInterleaved ? frame.components[number].vertical : 1
      let stride = frame.components[number].stride
      for y in 0..<down {
        for x in 0..<across {
          try decodeCoefficients(ofSelection: index)
          let start = (row * down + y) * 8 * stride + (column * across + x) * 8
          JPEGTransform.write(coefficients, to: &frame.components[number].samples, at: start, stride: stride)
        }
      }
    }
  }

  /// Decodes one block's coefficients, times their steps.
  private mutating func decodeCoefficients(ofSelection number: Int) throws(PictureError) {
    for index in 0..<64 { coefficients[index] = 0 }
    let selection = selections[number]
    let size = try bits.symbol(selection.direct)
    guard size <= 11 else { throw bits.failure(.damaged("a direct coefficient of \(size) bits")) }
    selections[number].prediction += try bits.signed(size)
    coefficients[0] = try scaled(selections[number].prediction, selection.steps[0])
    var index = 1
    while index < 64 {
      let symbol = try bits.symbol(selection.alternating)
      let (run, size) = (symbol >> 4, symbol & 15)
      if size == 0 {
        guard run == 15 else {
          guard run == 0 else { throw bits.failure(.damaged("a run of blocks in a sequential scan")) }
          return
        }
        index += 16
        continue
      }
      index += run
      guard index < 64, size <= 10 else { throw bits.failure(.damaged("a coefficient beyond the block")) }
      let place = Self.zigzag[index]
      coefficients[place] = try scaled(try bits.signed(size), selection.steps[place])
      index += 1
    }
  }

  private func scaled(_ value: Int, _ step: Int) throws(PictureError) -> Int {
    let product = value * step
    guard product.magnitude <= JPEGTransform.coefficientLimit else {
      throw bits.failure(.damaged("a coefficient of \(product)"))
    }
    return product
  }
}
