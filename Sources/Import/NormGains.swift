import Checkpoints
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

  /// The operator, with E at twice the fraction bits of the residual stream.
  func norm(_ epsilon: NormEpsilon) throws(ImportError) -> RowScaleNorm {
    RowScaleNorm(epsilon: try epsilon.scaled(count: gains.count, fraction: Graph.residualFraction), gains: gains)
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

  /// Fraction bits of normed queries and keys, and of the values that enter their norm.
  static let headFraction = 10

  /// The operator.
  /// - Parameters:
  ///   - inputFraction: fraction bits of the values that enter.
  ///   - shift: β, shape (n,); `nil` for none.
  func norm(
    _ epsilon: NormEpsilon, inputFraction: Int, outputFraction: Int = headFraction, shift: [Float]? = nil
  ) throws(ImportError) -> FormedNorm {
    let power = Binary64.powerOfTwo(outputFraction)
    var biases: [Int64] = []
    for value in shift ?? [] {
      guard let bias = Binary64.integer(Double(value) * power), bias.magnitude <= 1 << 39 else {
        throw .number(place: epsilon.place, reason: "a bias of \(value)")
      }
      biases.append(bias)
    }
    return FormedNorm(
      isCentred: epsilon.isCentred, epsilon: try epsilon.scaled(count: gains.count, fraction: inputFraction),
      exponent: exponent, outputFraction: outputFraction, gains: gains, biases: biases)
  }
}

/// ε of a norm.
struct NormEpsilon {
  let place: Place
  /// 0 < ε < 1.
  let value: Float
  /// Whether the mean is taken off first (LayerNorm): values enter the sum of squares n times as great.
  let isCentred: Bool

  init(_ value: Float, isCentred: Bool, _ place: Place) {
    self.place = place
    self.value = value
    self.isCentred = isCentred
  }

  /// E = round(n·ε·2^(2F)), or round(n·n·n·ε·2^(2F)) where the mean is taken off.
  func scaled(count: Int, fraction: Int) throws(ImportError) -> UInt64 {
    let n = Double(count)
    let factor = isCentred ? n * n * n : n
    let scaled = Binary64.roundedHalfEven(factor * Double(value) * Binary64.powerOfTwo(2 * fraction))
    guard scaled < 0x1p62 else { throw .number(place: place, reason: "an epsilon of \(value) over \(count) values") }
    return UInt64(scaled)
  }
}
