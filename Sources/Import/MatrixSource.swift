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
  /// The site before it; `nil` for the embedding, which nothing feeds.
  let site: QuantizerSite?
  let outputFraction: Int

  init(
    _ place: Place, _ role: TensorRole, biasRole: TensorRole? = nil, rows: Int, columns: Int,
    diagonal: [Double]? = nil, site: QuantizerSite?, outputFraction: Int = Graph.residualFraction
  ) {
    self.place = place
    self.role = role
    self.biasRole = biasRole
    self.rows = rows
    self.columns = columns
    self.diagonal = diagonal
    self.site = site
    self.outputFraction = outputFraction
  }

  var transform: RowTransform { RowTransform(diagonal: diagonal, block: site?.block ?? 1) }
}

/// The scales of a matrix: the real value of W[n, i] is W[n, i] · rows[n] · 2^−exponent.
struct MatrixScales: Equatable {
  /// −100…100.
  let exponent: Int
  /// Shape (rows,), each in 1…4095.
  let rows: [UInt16]

  /// - Parameter maxima: the greatest |x| of each row.
  /// - Returns: `nil` when the values are too great for every exponent.
  init?(maxima: [Double]) {
    let greatest = Binary64.greatestMagnitude(maxima)
    guard greatest > 0 else {
      exponent = 0
      rows = maxima.map { _ in 1 }
      return
    }
    guard let exponent = (-100...100).last(where: { Self.steps(greatest, $0) <= 4095 }) else { return nil }
    self.exponent = exponent
    rows = maxima.map { UInt16(max(1, Self.steps($0, exponent))) }
  }

  /// ⌈maximum·2^exponent / 127⌉.
  private static func steps(_ maximum: Double, _ exponent: Int) -> Double {
    (maximum * Binary64.powerOfTwo(exponent) / 127).rounded(.up)
  }
}
