import Program

/// What a program's attention saw over texts that the program wrote itself; the base of its static data.
package struct CalibrationStatistics: Sendable, Equatable {
  /// One channel of one KV head, over all positions.
  package struct KeyChannel: Sendable, Equatable {
    /// Of rotated keys before any offset, at the fraction bits of rotated keys (25 unless chosen otherwise).
    package var sum: Int128
    package var minimum: Int64
    package var maximum: Int64

    package init(sum: Int128, minimum: Int64, maximum: Int64) {
      self.sum = sum
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// One layer, over all positions.
  package struct LayerStatistics: Sendable, Equatable {
    /// The greatest |v| of any head, at the fraction bits of the value matrix.
    package var valueMaximum: Int64
    /// Shape (KV heads · head size,), head-major.
    package var keys: [KeyChannel]

    package init(valueMaximum: Int64, keys: [KeyChannel]) {
      self.valueMaximum = valueMaximum
      self.keys = keys
    }
  }

  /// Shape (layers,).
  package var layers: [LayerStatistics]
  /// Positions, in every sum.
  package var positionCount: Int
  /// What matrices were multiplied with; empty where nobody asked for it.
  package var operands: RecordedOperands

  package init(layers: [LayerStatistics], positionCount: Int, operands: RecordedOperands = RecordedOperands()) {
    self.layers = layers
    self.positionCount = positionCount
    self.operands = operands
  }
}

/// Runs a program over texts of its own and reports what its attention saw.
///
/// It must be a function of the program alone: the statistics are under the weights root.
package typealias CalibrationRun = (Program) throws -> CalibrationStatistics

/// Numbers that a program carries as data and that its weights do not determine.
enum StaticData {
  /// The largest cap at which values up to `reach` fit with n = 4, so that values eight times as great still do.
  /// - Parameter reach: at `fraction` fraction bits, not negative.
  /// - Returns: in −24…40; the least when none fits.
  static func valueCap(reach: Int64, fraction: Int) -> Int {
    let fits = { (cap: Int) in
      let shift = fraction - cap + 4
      return shift < 0 ? reach <= 127 >> Int64(-shift) : rs(reach, shift) <= 127
    }
    return GraphLimits.valueCap.last(where: fits) ?? GraphLimits.valueCap.lowerBound
  }

  /// The mean, halves up: ⌊(2·sum + count) / (2·count)⌋.
  /// - Precondition: `count` is positive.
  static func mean(sum: Int128, count: Int) -> Int128 {
    let (quotient, remainder) = (2 * sum + Int128(count)).quotientAndRemainder(dividingBy: 2 * Int128(count))
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The graph with caps, and offsets if wanted, from statistics.
  /// - Throws: `ImportError.calibration` when the statistics cannot be those of this graph.
  static func apply(
    _ statistics: CalibrationStatistics, to graph: Graph, usesKeyOffsets: Bool
  ) throws(ImportError) -> Graph {
    guard statistics.layers.count == graph.layers.count else {
      throw .calibration(reason: "\(statistics.layers.count) layers, not \(graph.layers.count)")
    }
    guard statistics.positionCount > 0 else { throw .calibration(reason: "no positions") }
    var graph = graph
    for (index, layer) in statistics.layers.enumerated() {
      var attention = graph.layers[index].attention
      let width = attention.keyValueHeadCount * attention.headSize
      guard layer.keys.count == width else {
        throw .calibration(reason: "layer \(index): \(layer.keys.count) key channels, not \(width)")
      }
      guard (0..<1 << 62).contains(layer.valueMaximum) else {
        throw .calibration(reason: "layer \(index): a greatest value of \(layer.valueMaximum)")
      }
      if layer.valueMaximum > 0 {
        attention.valueCap = valueCap(reach: layer.valueMaximum, fraction: attention.value.outputFraction)
      }
      if usesKeyOffsets {
        attention.keyOffsets = try offsets(layer.keys, count: statistics.positionCount, layer: index)
      }
      graph.layers[index].attention = attention
    }
    return graph
  }

  private static func offsets(
    _ channels: [CalibrationStatistics.KeyChannel], count: Int, layer: Int
  ) throws(ImportError) -> [Int64] {
    var offsets: [Int64] = []
    for (index, channel) in channels.enumerated() {
      // A sum beyond 2^94 is no sum of at most 2^31 keys below 2^62, and doubling it must not overflow.
      guard channel.minimum <= channel.maximum, channel.sum.magnitude < 1 << 94, count < 1 << 31,
        let offset = Int64(exactly: mean(sum: channel.sum, count: count)),
        (channel.minimum...channel.maximum).contains(offset)
      else { throw .calibration(reason: "layer \(layer), key channel \(index): a mean outside its range") }
      offsets.append(offset)
    }
    return offsets
  }
}
