import Checkpoints
import Program

/// The factors by which queries grow with the position, in steps.
struct TemperatureTable {
  let temperature: AttentionTemperature

  /// The binary64 number nearest to the natural logarithm of 2.
  private static let logarithmOfTwo = 0x1.62e42fefa39efp-1

  /// τ_j = half((1 + s·ln(1 + j))·2^14), as many as the context has steps, at most 4096.
  /// - Throws: `ImportError.number` for a factor beyond 2^17.
  init(_ tuning: TemperatureTuning, contextLength: Int, _ place: Place) throws(ImportError) {
    let count = min(GraphLimits.temperatureCount, contextLength / tuning.step + 1)
    var factors: [UInt32] = []
    for step in 0..<count {
      let logarithm = Double(FixedPoint.log2(UInt128(step + 1) << 62)) * Binary64.powerOfTwo(-62) * Self.logarithmOfTwo
      let factor = Binary64.roundedHalfEven((1 + Double(tuning.scale) * logarithm) * Binary64.powerOfTwo(14))
      guard factor <= Double(GraphLimits.temperature.upperBound) else {
        throw .number(place: place, reason: "queries grow by a factor of \(factor / 16_384)")
      }
      factors.append(UInt32(factor))
    }
    temperature = AttentionTemperature(step: tuning.step, factors: factors)
  }
}
