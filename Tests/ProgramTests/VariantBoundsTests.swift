import FileMapping
import Program
import ProgramTestSupport
import Testing

/// Bounds of the forms of graph version 2 (SPEC.md, section 5).
@Suite struct VariantBoundsTests {
  private func program(_ change: (inout ProgramRecipe) -> Void) -> RandomProgram {
    var recipe = ProgramRecipe(seed: 15)
    recipe.weights = .extreme
    change(&recipe)
    return RandomProgram(recipe)
  }

  private func bounds(_ random: RandomProgram, _ change: (inout Graph) -> Void = { _ in }) throws(ProgramError)
    -> Bounds
  {
    var graph = random.graph
    change(&graph)
    return try Bounds(
      graph: graph,
      rowNorms: graph.matrices.map { RowNorms(matrix: $0.matrix, content: random.contents[$0.matrix.index]) })
  }

  private func expectBound(
    _ place: Place, _ random: RandomProgram, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout Graph) -> Void
  ) {
    #expect(throws: Never.self, sourceLocation: sourceLocation) { try bounds(random) }
    do {
      _ = try bounds(random, change)
      Issue.record("taken", sourceLocation: sourceLocation)
    } catch {
      guard case .bound(let found, let rule) = error else {
        Issue.record("\(error)", sourceLocation: sourceLocation)
        return
      }
      #expect(found == place, "\(rule)", sourceLocation: sourceLocation)
    }
  }

  @Test func randomVariantsAreWithinTheirBounds() throws {
    for seed in 0..<40 as Range<UInt64> {
      for recipe in [ProgramRecipe.randomVariant(seed: seed), .randomEncoder(seed: seed)] {
        try RandomProgram(recipe).program().checkContent()
      }
    }
  }

  @Test func positionsAddToTheEmbedding() throws {
    let plain = try bounds(program { _ in }).residual[0]
    let positioned = try bounds(program { $0.hasPositions = true }).residual[0]
    #expect(positioned > 3 * plain / 2 && positioned <= 5 * plain / 2)
    expectBound(Place("embedding"), program { $0.hasPositions = true }) { $0.positions?.exponent = -30 }
  }

  @Test func postNormsBoundTheResidual() throws {
    let random = program { $0.hasPostNorms = true }
    let found = try bounds(random)
    // Gains of up to 4000 with e_g = 9.
    #expect(found.residual.allSatisfy { $0 <= 4001 << 7 })
    expectBound(Place("attention post-norm", layer: 1), random) { $0.layers[1].attention.postNorm?.exponent = -50 }
    expectBound(Place("feed-forward post-norm", layer: 0), random) {
      $0.layers[0].feedForward.postNorm?.epsilon = 1 << 62
    }
    // What enters a norm is still the sum.
    expectBound(Place("output", layer: 0), random) { $0.layers[0].attention.output.exponent -= 40 }
  }

  @Test func layerNormsWhoseSquaresDoNotFit() {
    expectBound(Place("final norm"), program { $0.norm = .layer }) { graph in
      let gains = graph.head?.norm.rowScale?.gains ?? []
      graph.head?.norm = .layer(RowScaleNorm(epsilon: 1 << 62, gains: gains))
    }
  }

  @Test func queriesTooGreatToCentre() throws {
    let random = program {
      $0.hasQueryKeyNorms = true
      $0.outputFraction = 12
    }
    // An RMS norm takes the greatest queries that there may be; centring would carry them beyond 62 bits.
    let fits = { (shift: Int) in (try? bounds(random) { $0.layers[0].attention.query.exponent -= shift }) != nil }
    let greatest = try #require((0...100).last(where: fits))
    expectBound(Place("query norm", layer: 0), random) {
      $0.layers[0].attention.query.exponent -= greatest
      $0.layers[0].attention.queryNorm?.isCentred = true
    }
  }

  @Test func rowsTooGreatToQuantiseUnnormed() {
    let random = program {
      $0.norm = .none
      $0.hasPostNorms = true
      $0.hiddenSize = 128
    }
    // A block of 128 takes values below 2^45, the residual stream below 2^47.
    expectBound(Place("attention norm", layer: 0), random) {
      $0.embeddingNorm = nil
      $0.embedding.exponent = -11
    }
  }

  @Test func temperaturesMultiplyScores() throws {
    // The greatest exponent's scale at which scores still fit without a temperature does not fit with one.
    func fits(_ exponent: Int, _ factor: UInt32?) -> Bool {
      let random = program { $0.temperature = factor.map { AttentionTemperature(step: 1, factors: [1 << 14, $0]) } }
      return (try? bounds(random) { $0.layers[0].attention.scoreExponent = exponent }) != nil
    }
    let least = try #require((-120...40).first { fits($0, nil) })
    #expect(fits(least, 1 << 14) && !fits(least, 1 << 15) && fits(least + 1, 1 << 15))
    #expect(!fits(least + 2, 1 << 17) && fits(least + 3, 1 << 17) && fits(least + 3, 1 << 17 - 5))
  }

  @Test func plainNetworksBeyondWhatAnActivationHolds() {
    for activation in FeedForward.Activation.allCases {
      let random = program {
        $0.body = .plain
        $0.activation = activation
      }
      expectBound(Place("up", layer: 0), random) { graph in
        guard case .plain(var network) = graph.layers[0].feedForward.body else { return }
        network.up.exponent -= 35
        graph.layers[0].feedForward.body = .plain(network)
      }
    }
  }

  @Test func expertsAddUp() throws {
    func growth(chosen: Int, shared: Bool) throws -> Int64 {
      let random = program {
        $0.layerCount = 1
        $0.body = .experts
        $0.chosenCount = chosen
        $0.hasSharedExpert = shared
      }
      let residual = try bounds(random).residual
      return residual[2] - residual[1]
    }
    let one = try growth(chosen: 1, shared: false)
    #expect(try growth(chosen: 3, shared: false) == 3 * one)
    let withShared = try growth(chosen: 3, shared: true)
    #expect(withShared > 3 * one && withShared < 9 * one / 2)
  }

  @Test func oneHotExpertIsFound() {
    let random = program { $0.body = .experts }
    func change(_ change: @escaping (inout Experts) -> Void) -> (inout Graph) -> Void {
      { graph in
        guard var experts = graph.layers[1].feedForward.experts else { return }
        change(&experts)
        graph.layers[1].feedForward.experts = experts
      }
    }
    expectBound(Place("gate", layer: 1, expert: 3), random, change { $0.networks[3].gate.exponent -= 35 })
    expectBound(Place("down", layer: 1), random, change { $0.networks[2].down.exponent -= 30 })
    expectBound(Place("router", layer: 1), random, change { $0.router.exponent -= 60 })
    expectBound(Place("up", layer: 1, expert: 0), random, change { $0.networks[0].up.accumulatorWidth = 8 })
  }

  @Test func aSumOverAllPositionsBeyond62Bits() {
    let change = { (graph: inout Graph) in
      graph.contextLength = 1 << 20
      graph.embedding.exponent = -9
    }
    expectBound(Place("pooling"), program { $0.pooling = .mean }, change)
    #expect(throws: Never.self) { try bounds(program { $0.pooling = .first }, change) }
  }

  /// Extreme variants that are taken must run without a trap: arithmetic in Swift traps where it overflows.
  @Test func whatIsTakenNeverOverflows() throws {
    for seed in 0..<12 as Range<UInt64> {
      for heat in [0, 6, 12] {
        var recipes = [ProgramRecipe.randomVariant(seed: seed), .randomEncoder(seed: seed)]
        for index in recipes.indices {
          recipes[index].weights = .extreme
          recipes[index].heat = heat
          let program = try RandomProgram(recipes[index]).program()
          guard (try? program.checkContent()) != nil else { continue }
          let tokens = (0..<10 as Range<UInt32>).map { $0 * 3 % UInt32(recipes[index].vocabularyCount) }
          if recipes[index].pooling != nil {
            #expect(try ReferenceEncoder(program, tokens: tokens).embedding().count == recipes[index].hiddenSize)
          } else {
            var reference = try Reference(program)
            for token in tokens { reference.append(token) }
            #expect(reference.logits().count == recipes[index].vocabularyCount)
          }
        }
      }
    }
  }
}
