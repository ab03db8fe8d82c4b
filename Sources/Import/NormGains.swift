import Program

/// The gains of a norm whose scalar stays in the row scale, and what they leave to the weights that follow.
struct RowScaleGains: Equatable {
  /// g, shape (n,), each in ±1…±127.
  private(set) var gains: [Int8] = []
  /// √n·γ_i/g_i, shape (n,): multiplies column i of the matrices behind the norm.
  private(set) var diagonal: [Double] = []

  /// - Parameter weights: γ, shape (n,), finite.
  init(weights: [Float]) {
    let values = weights.map { Double($0) }
    let greatest = Binary64.greatestMagnitude(values)
    let root = Double(values.count).squareRoot()
    for value in values {
      guard value != 0 else {
        gains.append(1)
        diagonal.append(0)
        continue
      }
      let magnitude = max(1, Binary64.roundedHalfEven(127 * value.magnitude / greatest))
      let gain = value < 0 ? -magnitude : magnitude
      gains.append(Int8(gain))
      diagonal.append(root * value / gain)
    }
  }

  /// The operator, with E = n·ε at twice the fraction bits of the residual stream.
  func norm(epsilon: Float) -> RowScaleNorm {
    RowScaleNorm(
      epsilon: scaledEpsilon(epsilon, count: gains.count, fraction: Graph.residualFraction), gains: gains)
  }
}

/// The gains of a norm whose values are formed.
struct FormedGains: Equatable {
  /// round(√n·γ·2^exponent), shape (n,), at most 32,767 in magnitude.
  let gains: [Int16]
  /// The largest of −100…100 for which all gains fit.
  let exponent: Int

  /// - Parameter weights: γ, shape (n,), finite.
  /// - Returns: `nil` when no exponent is small enough.
  init?(weights: [Float]) {
    let root = Double(weights.count).squareRoot()
    let values = weights.map { Double($0) * root }
    let greatest = Binary64.greatestMagnitude(values)
    let fits = { (exponent: Int) in
      Binary64.roundedHalfEven(greatest * Binary64.powerOfTwo(exponent)) <= 32_767
    }
    guard let exponent = (-100...100).last(where: fits) else { return nil }
    let scale = Binary64.powerOfTwo(exponent)
    gains = values.map { Int16(Binary64.roundedHalfEven($0 * scale)) }
    self.exponent = exponent
  }

  /// Fraction bits of the values of such a norm, and of the values that enter it.
  static let outputFraction = 10

  /// - Parameter inputFraction: fraction bits of the values that enter.
  func norm(epsilon: Float, inputFraction: Int) -> FormedNorm {
    FormedNorm(
      epsilon: scaledEpsilon(epsilon, count: gains.count, fraction: inputFraction), exponent: exponent,
      outputFraction: Self.outputFraction, gains: gains)
  }
}

/// E = round(n·ε·2^(2F)).
/// - Precondition: 0 < ε < 1, n ≤ 2^18 and F ≤ 20, so that E < 2^58.
private func scaledEpsilon(_ epsilon: Float, count: Int, fraction: Int) -> UInt64 {
  UInt64(Binary64.roundedHalfEven(Double(count) * Double(epsilon) * Binary64.powerOfTwo(2 * fraction)))
}
