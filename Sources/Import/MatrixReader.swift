import Checkpoints
import Program

/// Turns matrices of a checkpoint into integers, a range of rows at a time.
struct MatrixReader: Sendable {
  let checkpoint: any Checkpoint
  let parallel: ParallelRows

  /// The vector of a role.
  func vector(_ role: TensorRole) throws(ImportError) -> [Float] {
    do {
      let count = try checkpoint.shape(of: role).reduce(1, *)
      return try checkpoint.rows(role, 0..<count)
    } catch {
      throw .checkpoint(error)
    }
  }

  /// One row of a matrix.
  func row(_ index: Int, of role: TensorRole) throws(ImportError) -> [Float] {
    do { return try checkpoint.rows(role, index..<index + 1) } catch { throw .checkpoint(error) }
  }

  /// First pass: how great the rows are, and of which step they are multiples.
  /// - Parameters:
  ///   - limit: the greatest weight.
  ///   - isExact: whether a row of multiples of a step can be represented exactly.
  func scales(
    _ source: MatrixSource, limit: Int = 127,
    isExact: @escaping @Sendable ([Double], RowStep) -> Bool = { _, _ in true }
  ) throws(ImportError) -> MatrixScales {
    let ranges = try mapRanges(source) { (range, row: (Int) -> [Double]) in
      range.map { index in
        let row = row(index)
        let step = RowStep(row, limit: limit).flatMap { isExact(row, $0) ? $0 : nil }
        return (maximum: Binary64.greatestMagnitude(row), step: step)
      }
    }
    let rows = ranges.joined()
    let maxima = rows.map(\.maximum)
    guard let scales = MatrixScales(maxima: maxima, steps: rows.map(\.step), limit: limit) else {
      throw .number(place: source.place, reason: "weights of up to \(Binary64.greatestMagnitude(maxima))")
    }
    return scales
  }

  /// Second pass: the rounded weights, row-major.
  func weights(_ source: MatrixSource, _ scales: MatrixScales) throws(ImportError) -> [Int8] {
    let power = Binary64.powerOfTwo(scales.exponent)
    let ranges = try mapRanges(source) { (range, row: (Int) -> [Double]) in
      var weights: [Int8] = []
      weights.reserveCapacity(range.count * source.columns)
      for index in range {
        let scale = Double(scales.rows[index])
        for x in row(index) {
          weights.append(Int8(max(-127, min(127, Binary64.roundedHalfEven(x * power / scale)))))
        }
      }
      return weights
    }
    var weights: [Int8] = []
    weights.reserveCapacity(source.rows * source.columns)
    for range in ranges { weights += range }
    return weights
  }

  /// The biases at the source's output fraction; empty without any.
  func biases(_ source: MatrixSource) throws(ImportError) -> [Int64] {
    let power = Binary64.powerOfTwo(source.outputFraction)
    var biases: [Int64] = []
    for value in try realBiases(source) {
      guard let bias = Binary64.integer(value * power), bias.magnitude < 1 << 60 else {
        throw .number(place: source.place, reason: "a bias of \(value)")
      }
      biases.append(bias)
    }
    return biases
  }

  /// Σ_i W[n,i]·β_i + b_n, over the source's weights as they are; empty without either.
  private func realBiases(_ source: MatrixSource) throws(ImportError) -> [Double] {
    let own = try source.biasRole.map { (role) throws(ImportError) in try vector(role) }
    guard let shift = source.shift else { return (own ?? []).map { Double($0) } }
    let plain = MatrixSource(source.place, source.role, rows: source.rows, columns: source.columns, site: nil)
    let folded = try map(plain) { _, row in zip(row, shift).reduce(0.0) { $0 + $1.0 * Double($1.1) } }
    guard let own else { return folded }
    return zip(folded, own).map { $0 + Double($1) }
  }

  /// One value for each transformed row.
  private func map(
    _ source: MatrixSource, _ body: @escaping @Sendable (Int, [Double]) -> Double
  ) throws(ImportError) -> [Double] {
    let ranges = try mapRanges(source) { (range, row: (Int) -> [Double]) in range.map { body($0, row($0)) } }
    return Array(ranges.joined())
  }

  /// One value for each range of rows; `row` gives the transformed row of an index in the range.
  func mapRanges<Value: Sendable>(
    _ source: MatrixSource, _ body: @escaping @Sendable (Range<Int>, (Int) -> [Double]) -> Value
  ) throws(ImportError) -> [Value] {
    let (checkpoint, transform, columns) = (checkpoint, source.transform, source.columns)
    return try parallel.map(rows: source.rows, columns: columns) { (range) throws(ImportError) in
      let floats: [Float]
      do throws(CheckpointError) { floats = try checkpoint.rows(source.role, range) } catch { throw .checkpoint(error) }
      return body(range) { index in
        let start = (index - range.lowerBound) * columns
        var row = floats[start..<start + columns].map { Double($0) }
        transform.apply(&row)
        return row
      }
    }
  }
}

extension MatrixReader {
  /// The longest row of the value matrix as whitened inputs see it: max_n (4·‖W[n, :]∘γ‖₂ + |b_n|), at the source's
  /// output fraction.
  /// - Parameters:
  ///   - gains: γ of the norm that its input comes from.
  ///   - shift: β of that norm, whose part of b_n is no bias where the norm is formed before.
  func valueReach(_ source: MatrixSource, gains: [Float], shift: [Float]?) throws(ImportError) -> Int64 {
    let scaled = MatrixSource(
      source.place, source.role, rows: source.rows, columns: source.columns, diagonal: gains.map { Double($0) },
      site: nil)
    let squares = try map(scaled) { $1.reduce(0.0) { $0 + $1 * $1 } }
    let biases = try realBiases(
      MatrixSource(
        source.place, source.role, biasRole: source.biasRole, rows: source.rows, columns: source.columns,
        shift: shift, site: nil))
    let power = Binary64.powerOfTwo(source.outputFraction)
    var reach = Int64(0)
    for (index, square) in squares.enumerated() {
      let bias = biases.isEmpty ? 0 : biases[index].magnitude
      reach = max(reach, Binary64.integer((4 * square.squareRoot() + bias) * power) ?? 1 << 62 - 1)
    }
    return reach
  }
}
