import Program
import StrictJSON

/// What an importer may choose about a network; everything that has a bearing on it is recorded in the program's sources.
package struct NetworkImportOptions: Sendable, Equatable {
  /// How the value of a picture's byte is formed before the model's own operators: (byte/divisor − mean)/deviation.
  package struct Pixels: Sendable, Equatable {
    /// 1…65,535.
    package var divisor = 1
    /// In millionths, one for each channel; empty for none.
    package var means: [Int] = []
    /// In millionths, positive, one for each channel; empty for none.
    package var deviations: [Int] = []

    package init() {}
  }

  /// How tensors become small integers before a convolution; no block shift.
  package var convolutionMode = QuantizerSite.Mode.twoLimbs
  /// The same before a matrix on a whole tensor.
  package var dense = ImportOptions.Site(mode: .twoLimbs)
  /// Matrices of 8 bits that one of the model's becomes, 1 or 2; `nil` for 2 in networks of up to 2^20 weights.
  package var weightLimbs: Int?
  package var pixels = Pixels()
  /// What each logit stands for; `nil` for its index in decimals, or nothing where there is one logit.
  package var labels: [String]?
  /// The program's name; `nil` for the name of the source. Under the program root, not under the weights root.
  package var name: String?

  package init() {}
}

extension NetworkImportOptions {
  /// Networks with more weights take one matrix for each of the model's.
  static let wideWeightLimit = 1 << 20

  func weightLimbs(forWeights count: Int) -> Int { weightLimbs ?? (count <= Self.wideWeightLimit ? 2 : 1) }

  /// Checks what does not depend on the model.
  func check() throws(ImportError) {
    guard convolutionMode != .blockShift else {
      throw .option(name: "convolution", reason: "there are no blocks whose shift could be chosen")
    }
    guard weightLimbs.map({ (1...2).contains($0) }) ?? true else {
      throw .option(name: "weightLimbs", reason: "neither 1 nor 2")
    }
    guard (1...65_535).contains(pixels.divisor) else {
      throw .option(name: "pixels", reason: "a divisor of \(pixels.divisor), not 1 to 65535")
    }
    for (name, values, allowed) in [
      ("mean", pixels.means, -1_000_000_000...1_000_000_000), ("deviation", pixels.deviations, 1...1_000_000_000),
    ] {
      for value in values where !allowed.contains(value) {
        throw .option(name: "pixels", reason: "a \(name) of \(value) millionths")
      }
    }
  }

  /// s = 1/divisor, o = 0; with a mean, o = 0 − μ; with a deviation, s/σ and o/σ.
  func pixelMap(channels: Int) throws(ImportError) -> ChannelMap {
    for values in [pixels.means, pixels.deviations] where ![0, channels].contains(values.count) {
      throw .option(name: "pixels", reason: "\(values.count) numbers for \(channels) channels")
    }
    var map = ChannelMap(channels: channels)
    for channel in 0..<channels {
      let deviation = pixels.deviations.isEmpty ? 1 : Double(pixels.deviations[channel]) / 1e6
      let mean = pixels.means.isEmpty ? 0 : Double(pixels.means[channel]) / 1e6
      map.scales[channel] = 1 / Double(pixels.divisor) / deviation
      map.offsets[channel] = (0 - mean) / deviation
    }
    return map
  }

  /// The member `options` of the sources: every choice, defaults included, and what was left out of the model.
  func json(limbs: Int, labels: [[UInt8]], dropped: [String]) -> JSON {
    [
      "convolution": ["mode": Self.name(of: convolutionMode)],
      "dense": ["block": dense.block.map { JSON($0) } ?? .null, "mode": Self.name(of: dense.mode)],
      "weightLimbs": JSON(limbs),
      "pixels": [
        "divisor": JSON(pixels.divisor), "means": .array(pixels.means.map { JSON($0) }),
        "deviations": .array(pixels.deviations.map { JSON($0) }),
      ],
      "labels": .array(labels.map { .string(String(decoding: $0, as: UTF8.self)) }),
      "dropped": .array(dropped.map { .string($0) }),
    ]
  }

  private static func name(of mode: QuantizerSite.Mode) -> JSON {
    switch mode {
    case .int8: "int8"
    case .blockShift: "block shift"
    case .twoLimbs: "two limbs"
    }
  }
}
