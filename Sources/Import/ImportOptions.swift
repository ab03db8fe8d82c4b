import Program
import StrictJSON

/// What an importer may choose about a program; everything that has a bearing on it is recorded in the program's sources.
package struct ImportOptions: Sendable, Equatable {
  /// How the rows that feed certain matrices become small integers.
  package struct Site: Sendable, Equatable {
    /// Hadamard block; `nil` for the largest that fits, 1 for none.
    package var block: Int?
    package var mode: QuantizerSite.Mode

    package init(block: Int? = nil, mode: QuantizerSite.Mode = .int8) {
      self.block = block
      self.mode = mode
    }
  }

  /// Fraction bits of the outputs that are not added to the residual stream.
  package struct OutputFractions: Sendable, Equatable {
    package var query = 10
    package var key = 10
    package var value = 10
    package var gate = 10
    package var up = 10

    package init() {}
  }

  /// Feeds query, key and value.
  package var attentionInput = Site()
  /// Feeds the matrix after the heads.
  package var attentionOutput = Site()
  /// Feeds gate and up.
  package var feedForwardInput = Site()
  package var feedForwardDown = Site()
  package var head = Site()
  package var outputFractions = OutputFractions()
  /// Hadamard over each query and key head; the head size must be a power of two.
  package var usesQueryKeyHadamard = false
  package var queryLimbs = 1
  package var keyLimbs = 1
  package var usesKeyOffsets = true
  /// What each kind of matrix is made of.
  package var weightFormats = WeightFormats()

  /// The program's name; `nil` for the name of the source. Under the program root, not under the weights root.
  package var name: String?
  /// A tokenizer file that replaces the one of the source.
  package var tokenizerPath: String?

  package init() {}
}

extension ImportOptions {
  /// The member `options` of the sources: every choice, defaults included.
  func json(isCalibrated: Bool) -> JSON {
    var options: JSONObject = [
      "attentionInput": attentionInput.json, "attentionOutput": attentionOutput.json,
      "feedForwardInput": feedForwardInput.json, "feedForwardDown": feedForwardDown.json, "head": head.json,
      "outputFractions": [
        "query": JSON(outputFractions.query), "key": JSON(outputFractions.key), "value": JSON(outputFractions.value),
        "gate": JSON(outputFractions.gate), "up": JSON(outputFractions.up),
      ],
      "queryKeyHadamard": .bool(usesQueryKeyHadamard), "queryLimbs": JSON(queryLimbs), "keyLimbs": JSON(keyLimbs),
      "keyOffsets": .bool(usesKeyOffsets), "calibration": .bool(isCalibrated),
    ]
    if weightFormats.hasInt4 { options.members.append(.init(name: "weightFormats", value: weightFormats.json)) }
    return .object(options)
  }

  /// Checks what does not depend on the model.
  func check() throws(ImportError) {
    let fractions = [
      ("query", outputFractions.query), ("key", outputFractions.key), ("value", outputFractions.value),
      ("gate", outputFractions.gate), ("up", outputFractions.up),
    ]
    for (name, fraction) in fractions where !GraphLimits.outputFraction.contains(fraction) {
      throw .option(name: "outputFractions.\(name)", reason: "\(fraction) is outside \(GraphLimits.outputFraction)")
    }
    for (name, limbs) in [("queryLimbs", queryLimbs), ("keyLimbs", keyLimbs)] where limbs != 1 && limbs != 2 {
      throw .option(name: name, reason: "\(limbs) is neither 1 nor 2")
    }
  }
}

extension ImportOptions.Site {
  fileprivate var json: JSON {
    let modeName: JSON =
      switch mode {
      case .int8: "int8"
      case .blockShift: "block shift"
      case .twoLimbs: "two limbs"
      }
    return ["block": block.map { JSON($0) } ?? .null, "mode": modeName]
  }

  /// The site for rows of `columns` values.
  /// - Throws: `ImportError.option` when the block does not fit.
  func resolved(columns: Int, name: String) throws(ImportError) -> QuantizerSite {
    let block = block ?? QuantizerSite.largestBlock(columns: columns)
    guard (1...128).contains(block), block.nonzeroBitCount == 1, columns.isMultiple(of: block) else {
      throw .option(name: name, reason: "block \(block) is no power of two up to 128 that divides \(columns)")
    }
    guard mode != .blockShift || block >= 2 else {
      throw .option(name: name, reason: "block shift needs a block of 2 or more")
    }
    return QuantizerSite(block: block, mode: mode)
  }
}
