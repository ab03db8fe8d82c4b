import Hashing

/// The slow interpreter of network programs: docs/spec-networks.md, section 3, operator by operator.
///
/// It is written to be read, not to be fast; the engine is held to it bit for bit.
package struct ReferenceNetwork: Sendable {
  package let network: Network
  let tensors: [NetworkTensor]
  /// By index of the matrix.
  let matrices: [ReferenceMatrix]

  /// - Throws: `ProgramError` for a program that is no network.
  package init(_ program: Program) throws(ProgramError) {
    let network = try program.network
    self.network = network
    tensors = try network.tensors()
    matrices = network.matrices.map { ReferenceMatrix(program.weights(of: $0.matrix)) }
  }

  /// All tensors of one run, shape (tensors, values): the input first, the logits last.
  /// - Throws: `NetworkInputError` for an input that is not of the network's format.
  package func run(_ input: NetworkInput) throws(NetworkInputError) -> [[Int64]] {
    var values = [try network.input.values(of: input)]
    for (index, element) in network.operators.enumerated() {
      let operands = element.sources.map { ReferenceTensor(tensors[$0], values: values[$0]) }
      values.append(apply(element, operands[0], operands.last ?? operands[0], output: tensors[index + 1]))
    }
    return values
  }

  /// The hash of the cell of one tensor (docs/spec-networks.md, section 6).
  package static func cellHash(layer: Int, values: [Int64], salt: Digest) -> Digest {
    Cell.hash(Cell.payload(residual: values), salt: salt, position: 0, layer: layer, index: 0)
  }

  private func apply(
    _ element: NetworkOperator, _ x: ReferenceTensor, _ y: ReferenceTensor, output: NetworkTensor
  ) -> [Int64] {
    switch element {
    case .convolution(let convolution): convolve(x, convolution, output.shape)
    case .dense(let dense): multiply(x, dense)
    case .relu: x.values.map { max($0, 0) }
    case .clamp(_, let low, let high): x.values.map { min(max($0, low), high) }
    case .activation(_, let function): x.values.map { function.value(at: $0, fraction: x.fraction) }
    case .add(_, _, let fraction):
      zip(x.values, y.values).map { rs($0, x.fraction - fraction) + rs($1, y.fraction - fraction) }
    case .affine(let affine): transform(x, affine)
    case .maximumPool(_, let window): x.windows(window, output.shape).map { $0.compactMap { $0 }.max() ?? 0 }
    case .averagePool(_, let window, let countsPadding):
      x.windows(window, output.shape).map { Self.mean($0.compactMap { $0 }, of: countsPadding ? window.area : nil) }
    case .reshape: x.values
    }
  }

  /// The tensor is quantised as one row; out = rs(acc · (w_n·r), e + f − F_out) + bias_n for each window, padding 0.
  private func convolve(_ x: ReferenceTensor, _ convolution: Convolution, _ output: TensorShape) -> [Int64] {
    let (row, scale) = convolution.site.quantized(x.values, fraction: x.fraction)
    let operands = ReferenceTensor(shape: x.shape, fraction: 0, values: row.values)
    let matrix = matrices[convolution.matrix.index]
    var values = [Int64](repeating: 0, count: output.count)
    for place in 0..<output.area {
      let patch = (0..<x.shape.channels).flatMap { channel in
        operands.window(convolution.window, channel: channel, place / output.width, place % output.width)
          .map { $0 ?? 0 }
      }
      for (channel, value) in matrix.apply(patch, scale: scale).enumerated() {
        values[channel * output.area + place] = value
      }
    }
    return values
  }

  private func multiply(_ x: ReferenceTensor, _ dense: Dense) -> [Int64] {
    let (row, scale) = dense.site.quantized(x.values, fraction: x.fraction)
    return matrices[dense.matrix.index].apply(row.values, scale: scale)
  }

  /// out = rs(x · m_c, F + e − fraction) + b_c.
  private func transform(_ x: ReferenceTensor, _ affine: ChannelAffine) -> [Int64] {
    x.values.indices.map { index in
      let channel = index / x.shape.area
      let product = x.values[index] * Int64(affine.mantissas[channel])
      return rs(product, x.fraction + affine.exponent - affine.fraction) + affine.offsets[channel]
    }
  }

  /// ⌊(2·sum + n) / (2·n)⌋: the mean rounded half up.
  /// - Parameter count: n, or `nil` for the count of the values.
  private static func mean(_ values: [Int64], of count: Int?) -> Int64 {
    let n = Int64(count ?? values.count)
    return floorDivision(2 * values.reduce(0, +) + n, by: 2 * n)
  }
}

/// A tensor as the slow interpreter reads it.
private struct ReferenceTensor {
  let shape: TensorShape
  let fraction: Int
  let values: [Int64]

  init(shape: TensorShape, fraction: Int, values: [Int64]) {
    self.shape = shape
    self.fraction = fraction
    self.values = values
  }

  init(_ tensor: NetworkTensor, values: [Int64]) {
    self.init(shape: tensor.shape, fraction: tensor.fraction, values: values)
  }

  /// What the taps of one window read, row after row; `nil` in the padding.
  func window(_ window: Window, channel: Int, _ row: Int, _ column: Int) -> [Int64?] {
    (0..<window.vertical.size).flatMap { i in
      (0..<window.horizontal.size).map { j in
        guard let y = window.vertical.index(position: row, tap: i, of: shape.height),
          let x = window.horizontal.index(position: column, tap: j, of: shape.width)
        else { return nil }
        return values[channel * shape.area + y * shape.width + x]
      }
    }
  }

  /// The windows of all channels, in the order of the output.
  func windows(_ window: Window, _ output: TensorShape) -> [[Int64?]] {
    (0..<output.count).map { index in
      let place = index % output.area
      return self.window(window, channel: index / output.area, place / output.width, place % output.width)
    }
  }
}

extension TableActivation {
  /// TABLE[idx] for sigmoid, else rs(x · TABLE[idx], 16), idx = clamp(rs(x, F − 6) + 512, 0, 1023).
  package func value(at x: Int64, fraction: Int) -> Int64 {
    let table = self == .gelu ? Tables.normal : Tables.sigmoid
    let factor = Int64(table[Int(min(1023, max(0, rs(x, fraction - 6) + 512)))])
    return self == .sigmoid ? factor : rs(x * factor, 16)
  }
}

/// ⌊a / b⌋.
/// - Precondition: b ≥ 1.
package func floorDivision(_ a: Int64, by b: Int64) -> Int64 {
  let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
  return remainder < 0 ? quotient - 1 : quotient
}
