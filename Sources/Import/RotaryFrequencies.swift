import Checkpoints
import Program

/// The frequencies of rotary embedding in units of 2^−64 turns per position, scaled as the checkpoint asks.
struct RotaryFrequencies {
  let values: [UInt64]

  /// - Throws: `ImportError.number` for a base or a factor beyond what a phase can hold.
  init(_ configuration: TransformerConfiguration) throws(ImportError) {
    let theta = configuration.ropeTheta
    guard theta >= 1, theta < 0x1p40 else { throw Self.failure("a rotary base of \(theta), not 1 to 2^40") }
    var values = Rotation.frequencies(theta: theta, headSize: configuration.headSize)
    if let scaling = configuration.ropeScaling {
      for index in values.indices { values[index] = try Self.scaled(values[index], scaling) }
    }
    if let factors = configuration.ropeFrequencyFactors {
      guard factors.count == values.count else { throw Self.failure("\(factors.count) rotary factors") }
      for index in values.indices {
        values[index] = try Self.frequency(Double(values[index]) / Double(factors[index]))
      }
    }
    self.values = values
  }

  private static func failure(_ reason: String) -> ImportError {
    .number(place: Place("rotary embedding"), reason: reason)
  }

  /// Llama 3's rule: short waves stay, long waves are stretched by the factor, those between are blended.
  static func scaled(_ frequency: UInt64, _ scaling: RopeScaling) throws(ImportError) -> UInt64 {
    let omega = Double(frequency)
    // Turns over the context that the model was first trained on.
    let turns = Double(scaling.originalContextLength) * (omega * Binary64.powerOfTwo(-64))
    let (low, high) = (Double(scaling.lowFrequencyFactor), Double(scaling.highFrequencyFactor))
    let factor = Double(scaling.factor)
    if turns > high || (turns == high && high == low) { return frequency }
    if turns < low { return try self.frequency(omega / factor) }
    let smooth = (turns - low) / (high - low)
    return try self.frequency(omega * ((1 - smooth) / factor + smooth))
  }

  private static func frequency(_ omega: Double) throws(ImportError) -> UInt64 {
    let rounded = Binary64.roundedHalfEven(omega)
    guard rounded >= 0, rounded < 0x1p64 else { throw failure("a frequency of \(omega) · 2^−64 turns") }
    return UInt64(rounded)
  }
}

/// log2(e)/√headSize as mantissa · 2^−exponent, the mantissa in 2^15…2^16 − 1.
struct ScoreScale: Equatable {
  let mantissa: Int64
  let exponent: Int

  /// - Parameter block: Hadamard block on queries and keys, whose factor is taken back here.
  init(headSize: Int, block: Int) {
    // The binary64 number nearest to log2(e).
    let value = 1.4426950408889634 / Double(headSize).squareRoot() / Double(block)
    var exponent = 0
    while Binary64.roundedHalfEven(value * Binary64.powerOfTwo(exponent + 1)) < 65_536 { exponent += 1 }
    self.exponent = exponent
    mantissa = Int64(Binary64.roundedHalfEven(value * Binary64.powerOfTwo(exponent)))
  }
}
