import Program

@testable import Import

/// A calibration from what the slow interpreter left in its cache over given tokens.
///
/// Keys and values come back from their quantised form, so the statistics are near the true ones, not equal to them.
struct CacheCalibrator {
  let tokens: [UInt32]

  func callAsFunction(_ program: Program) throws -> CalibrationStatistics {
    var reference = try Reference(program)
    for token in tokens { reference.append(token) }
    return CalibrationStatistics(layers: reference.attentions.map(statistics), positionCount: tokens.count)
  }

  private func statistics(_ reference: ReferenceAttention) -> CalibrationStatistics.LayerStatistics {
    let attention = reference.attention
    let valueShift = attention.value.outputFraction - attention.valueCap
    var keys = [[Int64]](repeating: [], count: attention.keyValueHeadCount * attention.headSize)
    var valueMaximum = Int64(0)
    for position in reference.cache {
      for (index, head) in position.enumerated() {
        let step = Tables.ladder[head.key.j]
        for (channel, value) in head.key.values.enumerated() {
          keys[index * attention.headSize + channel].append(rs(value * step, 23 - head.key.k))
        }
        let greatest = head.values.map(\.magnitude).max() ?? 0
        valueMaximum = max(valueMaximum, rs(Int64(greatest), -valueShift - head.valueShift))
      }
    }
    let channels = keys.map { values in
      CalibrationStatistics.KeyChannel(
        sum: values.reduce(0) { $0 + Int128($1) }, minimum: values.min() ?? 0, maximum: values.max() ?? 0)
    }
    return .init(valueMaximum: valueMaximum, keys: channels)
  }
}
