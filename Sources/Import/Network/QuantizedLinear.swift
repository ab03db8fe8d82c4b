import Program

/// A matrix of a trained network as one or two matrices of 8 bits whose sum it is, nearly.
struct QuantizedLinear {
  /// One of them.
  struct Limb {
    let scales: MatrixScales
    /// Shape (rows, columns), −127…127.
    let weights: [Int8]
  }

  let source: TrainedLinear
  let site: QuantizerSite
  let limbs: [Limb]

  /// - Parameter limbCount: 1 or 2; a second limb that would be zero is left out.
  /// - Throws: `ImportError.number` for weights that are not finite or too great.
  init(_ source: TrainedLinear, site: QuantizerSite, limbCount: Int) throws(ImportError) {
    self.source = source
    self.site = site
    guard (source.weights + source.biases).allSatisfy(\.isFinite) else {
      throw .number(place: Place(source.name), reason: "weights that are not finite")
    }
    var rest = source.weights
    let transform = RowTransform(diagonal: nil, block: site.block)
    if site.block > 1 {
      for start in stride(from: 0, to: rest.count, by: source.columns) {
        var row = Array(rest[start..<start + source.columns])
        transform.apply(&row)
        rest.replaceSubrange(start..<start + source.columns, with: row)
      }
    }
    guard rest.allSatisfy(\.isFinite) else {
      throw .number(place: Place(source.name), reason: "weights too great to add")
    }
    var limbs = [try Self.limb(of: &rest, source)]
    if limbCount == 2, rest.contains(where: { $0 != 0 }) { limbs.append(try Self.limb(of: &rest, source)) }
    self.limbs = limbs
  }

  /// Rounds the rows by docs/spec-import.md, section 3, and leaves what rounding took away.
  private static func limb(of rest: inout [Double], _ source: TrainedLinear) throws(ImportError) -> Limb {
    let columns = source.columns
    let maxima = stride(from: 0, to: rest.count, by: columns).map { start in
      Binary64.greatestMagnitude(Array(rest[start..<start + columns]))
    }
    guard let scales = MatrixScales(maxima: maxima) else {
      throw .number(place: Place(source.name), reason: "weights of up to \(Binary64.greatestMagnitude(maxima))")
    }
    let (power, inverse) = (Binary64.powerOfTwo(scales.exponent), Binary64.powerOfTwo(-scales.exponent))
    var weights: [Int8] = []
    weights.reserveCapacity(rest.count)
    for index in rest.indices {
      let scale = Double(scales.rows[index / columns])
      let weight = max(-127, min(127, Binary64.roundedHalfEven(rest[index] * power / scale)))
      weights.append(Int8(weight))
      // Weight times scale is exact; the difference rounds once.
      rest[index] -= weight * scale * inverse
    }
    return Limb(scales: scales, weights: weights)
  }

  /// Matrix and content of each limb; the bias goes with the first.
  /// - Throws: `ImportError.number` for a bias that is too great.
  func matrices(outputFraction: Int) throws(ImportError) -> [(matrix: Matrix, content: MatrixContent)] {
    let power = Binary64.powerOfTwo(outputFraction)
    var biases: [Int64] = []
    for value in source.biases {
      guard let bias = Binary64.integer(value * power), bias.magnitude < 1 << 60 else {
        throw .number(place: Place(source.name), reason: "a bias of \(value)")
      }
      biases.append(bias)
    }
    return limbs.enumerated().map { index, limb in
      let content = MatrixContent(
        weights: limb.weights, scales: limb.scales.rows, biases: index == 0 ? biases : [])
      let matrix = Matrix(
        rows: source.rows, columns: source.columns, exponent: limb.scales.exponent, outputFraction: outputFraction,
        hasBias: !content.biases.isEmpty, accumulatorWidth: accumulatorWidth(limb))
      return (matrix, content)
    }
  }

  /// 4 where the greatest operand times Σ|W| stays below 2^31 in every row, else 8.
  private func accumulatorWidth(_ limb: Limb) -> Int {
    var greatest = Int64(0)
    for start in stride(from: 0, to: limb.weights.count, by: source.columns) {
      greatest = max(greatest, limb.weights[start..<start + source.columns].reduce(0) { $0 + Int64($1.magnitude) })
    }
    return greatest * site.mode.operandLimit < 1 << 31 ? 4 : 8
  }
}
