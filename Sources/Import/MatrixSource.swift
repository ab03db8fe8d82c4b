import Checkpoints
import Program

/// A matrix of a checkpoint and all that decides how it becomes integers.
struct MatrixSource: Sendable {
  let place: Place
  let role: TensorRole
  let biasRole: TensorRole?
  let rows: Int
  let columns: Int
  /// Of the norm before it; `nil` where no norm is.
  let diagonal: [Double]?
  /// β of the LayerNorm before it, shape (columns,), whose product with the weights goes into the biases.
  let shift: [Float]?
  /// Added to every row before all else, shape (columns,).
  let addend: [Float]?
  /// The site before it; `nil` for the embedding, which nothing feeds.
  let site: QuantizerSite?
  let outputFraction: Int

  init(
    _ place: Place, _ role: TensorRole, biasRole: TensorRole? = nil, rows: Int, columns: Int,
    diagonal: [Double]? = nil, shift: [Float]? = nil, addend: [Float]? = nil, site: QuantizerSite?,
    outputFraction: Int = Graph.residualFraction
  ) {
    self.place = place
    self.role = role
    self.biasRole = biasRole
    self.rows = rows
    self.columns = columns
    self.diagonal = diagonal
    self.shift = shift
    self.addend = addend
    self.site = site
    self.outputFraction = outputFraction
  }

  var hasBias: Bool { biasRole != nil || shift != nil }

  var transform: RowTransform { RowTransform(addend: addend, diagonal: diagonal, block: site?.block ?? 1) }
}

/// The scales of a matrix: the real value of W[n, i] is W[n, i] · rows[n] · 2^−exponent.
struct MatrixScales: Equatable {
  /// −100…100.
  let exponent: Int
  /// Shape (rows,), each in 1…4095.
  let rows: [UInt16]
  /// Rows that integers represent exactly.
  let exactCount: Int

  /// - Parameters:
  ///   - maxima: the greatest |x| of each row.
  ///   - steps: what each row is a multiple of, where it is; empty for none.
  ///   - limit: the greatest weight.
  /// - Returns: `nil` when the values are too great for every exponent.
  init?(maxima: [Double], steps: [RowStep?] = [], limit: Int = 127) {
    let greatest = Binary64.greatestMagnitude(maxima)
    guard greatest > 0 else {
      exponent = 0
      rows = maxima.map { _ in 1 }
      exactCount = maxima.count
      return
    }
    let steps = steps.isEmpty ? maxima.map { _ in nil } : steps
    // Rounded rows need a scale for their greatest value, exact ones for their step.
    let rounded = Binary64.greatestMagnitude(zip(maxima, steps).map { $1 == nil ? $0 : 0 })
    let exact = steps.compactMap { $0 }
    let largest = (-100...100).last { exponent in
      Self.scale(rounded, exponent, limit) <= Double(Self.greatestScale)
        && exact.allSatisfy { $0.fits(exponent: exponent, limit: limit) }
    }
    guard let exponent = largest else { return nil }
    self.exponent = exponent
    let scales = steps.map { $0?.scale(exponent: exponent, limit: limit) }
    exactCount = scales.reduce(0) { $0 + ($1 == nil ? 0 : 1) }
    rows = zip(maxima, scales).map { $1 ?? UInt16(max(1, Self.scale($0, exponent, limit))) }
  }

  static let greatestScale = 4095

  /// ⌈maximum·2^exponent / limit⌉.
  private static func scale(_ maximum: Double, _ exponent: Int, _ limit: Int) -> Double {
    (maximum * Binary64.powerOfTwo(exponent) / Double(limit)).rounded(.up)
  }
}
