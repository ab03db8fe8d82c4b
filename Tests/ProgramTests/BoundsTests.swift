import FileMapping
import Program
import ProgramTestSupport
import Testing

/// Programs whose bounds do not fit are refused with the place and the bound (SPEC.md, section 5).
@Suite struct BoundsTests {
  private func refusal(_ change: (inout Graph) -> Void) throws -> ProgramError? {
    let random = RandomProgram(ProgramRecipe(seed: 5))
    var graph = random.graph
    change(&graph)
    let bytes = ProgramWriter.encode(ProgramParts(graph: graph)) { _, matrix in random.contents[matrix.index] }
    do {
      try Program(MappedFile(name: "bounds", bytes: bytes)).checkContent()
      return nil
    } catch {
      return error
    }
  }

  /// The same norm with a greater ε than any sum of squares leaves room for.
  private static func withoutRoom(_ norm: InputNorm) -> InputNorm {
    .rms(RowScaleNorm(epsilon: 1 << 62, gains: norm.rowScale?.gains ?? []))
  }

  private func expectBound(_ name: String, layer: Int?, _ error: ProgramError?) {
    guard case .bound(let place, let rule)? = error else {
      Issue.record("not refused by a bound: \(String(describing: error))")
      return
    }
    #expect(place.name == name && place.layer == layer, "\(place): \(rule)")
    #expect(!rule.isEmpty)
  }

  @Test func aProgramWithinItsBoundsIsTaken() throws {
    #expect(try refusal { _ in } == nil)
  }

  @Test func aResidualStreamBeyond47Bits() throws {
    expectBound("embedding", layer: nil, try refusal { $0.embedding.exponent = -30 })
    expectBound("down", layer: 1, try refusal { $0.layers[1].feedForward.gated?.down.exponent -= 38 })
  }

  @Test func logitsBeyond31Bits() throws {
    expectBound("head", layer: nil, try refusal { $0.head?.matrix.exponent -= 20 })
  }

  @Test func gatesBeyondWhatTheProductHolds() throws {
    expectBound("gate", layer: 0, try refusal { $0.layers[0].feedForward.gated?.gate.exponent -= 35 })
  }

  @Test func outputsBeyond60Bits() throws {
    expectBound("value", layer: 0, try refusal { $0.layers[0].attention.value.exponent -= 60 })
  }

  @Test func valuesBeyondTheirCap() throws {
    expectBound(
      "value", layer: 0,
      try refusal {
        $0.layers[0].attention.value.exponent -= 25
        $0.layers[0].attention.valueCap = 40
      })
  }

  @Test func keysTooGreatToQuantise() throws {
    expectBound("key", layer: 0, try refusal { $0.layers[0].attention.key.exponent -= 33 })
  }

  @Test func anAccumulatorOfTheWrongWidth() throws {
    expectBound("query", layer: 0, try refusal { $0.layers[0].attention.query.accumulatorWidth = 8 })
  }

  @Test func normsWhoseSquaresDoNotFit() throws {
    expectBound(
      "attention norm", layer: 1,
      try refusal { graph in
        graph.layers[1].attention.norm = Self.withoutRoom(graph.layers[0].attention.norm)
      })
    expectBound(
      "final norm", layer: nil,
      try refusal { graph in
        if let head = graph.head { graph.head?.norm = Self.withoutRoom(head.norm) }
      })
  }

  /// Extreme programs that are taken must run without a trap: arithmetic in Swift traps where it overflows.
  @Test func whatIsTakenNeverOverflows() throws {
    for weights in ProgramRecipe.Weights.allCases {
      for heat in [0, 4, 8, 12, 16] {
        var recipe = ProgramRecipe(seed: 77)
        recipe.weights = weights
        recipe.heat = heat
        recipe.inputMode = .twoLimbs
        recipe.downMode = .blockShift
        recipe.hasKeyOffsets = true
        let program = try RandomProgram(recipe).program()
        guard (try? program.checkContent()) != nil else { continue }
        var reference = try Reference(program)
        for token in 0..<12 as Range<UInt32> { reference.append(token * 3 % 53) }
        #expect(reference.logits().count == 53)
      }
    }
  }
}
