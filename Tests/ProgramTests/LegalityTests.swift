import Program
import ProgramTestSupport
import Testing

/// Graphs that break a constraint are refused with the place (SPEC.md, section 4).
@Suite struct LegalityTests {
  private func graph(_ change: (inout ProgramRecipe) -> Void = { _ in }) -> Graph {
    var recipe = ProgramRecipe(seed: 8)
    recipe.layerCount = 2
    change(&recipe)
    return RandomProgram(recipe).graph
  }

  private func expectIllegal(
    _ name: String, layer: Int? = nil, expert: Int? = nil, _ graph: Graph, _ change: (inout Graph) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: Never.self, sourceLocation: sourceLocation) { try graph.check() }
    var changed = graph
    change(&changed)
    do {
      try changed.check()
      Issue.record("taken", sourceLocation: sourceLocation)
    } catch {
      guard case .illegal(let place, let reason) = error else {
        Issue.record("\(error)", sourceLocation: sourceLocation)
        return
      }
      #expect(place == Place(name, layer: layer, expert: expert), "\(reason)", sourceLocation: sourceLocation)
    }
  }

  @Test func placesName() {
    #expect(Place("gate", layer: 3, expert: 2).description == "layer 3, expert 2, gate")
    #expect(Place("key", layer: 0).description == "layer 0, key")
    #expect(Place("head").description == "head")
  }

  @Test func rowsOfFourBits() {
    expectIllegal("embedding", graph()) { $0.embedding.format = .int4 }
    expectIllegal("positions", graph { $0.hasPositions = true }) { $0.positions?.format = .int4 }
    expectIllegal("key", layer: 1, graph { $0.int4 = .inLayers }) { $0.layers[1].attention.key.layout = .rows }
  }

  @Test func positionsThatDoNotCoverTheContext() {
    let graph = graph { $0.hasPositions = true }
    expectIllegal("positions", graph) { $0.positions?.rows -= 1 }
    expectIllegal("positions", graph) { $0.contextLength += 1 }
    expectIllegal("positions", graph) { $0.positions?.columns += 1 }
    expectIllegal("positions", graph) { $0.positions?.layout = .panels }
    expectIllegal("positions", graph) { $0.positions?.outputFraction = 12 }
  }

  @Test func postNormsOfAnotherFractionOrSize() {
    let graph = graph { $0.hasPostNorms = true }
    expectIllegal("embedding norm", graph) { $0.embeddingNorm?.outputFraction = 15 }
    expectIllegal("attention post-norm", layer: 0, graph) { $0.layers[0].attention.postNorm?.outputFraction = 10 }
    expectIllegal("attention post-norm", layer: 1, graph) { $0.layers[1].attention.postNorm?.gains.removeLast() }
    expectIllegal("feed-forward post-norm", layer: 1, graph) { $0.layers[1].feedForward.postNorm?.biases = [1] }
    expectIllegal("feed-forward post-norm", layer: 1, graph) { $0.layers[1].feedForward.postNorm?.exponent = 121 }
  }

  @Test func gainsThatAreNone() {
    let graph = graph { $0.norm = .layer }
    for gain in [0, -128] as [Int8] {
      expectIllegal("final norm", graph) { graph in
        var gains = graph.head?.norm.rowScale?.gains ?? []
        gains[3] = gain
        graph.head?.norm = .layer(RowScaleNorm(epsilon: 1, gains: gains))
      }
    }
  }

  @Test func aNormOnQueriesAlone() {
    expectIllegal("attention", layer: 1, graph { $0.hasQueryKeyNorms = true }) { $0.layers[1].attention.keyNorm = nil }
  }

  @Test func chunksAndTemperaturesOutOfRange() {
    let graph = graph { $0.temperature = AttentionTemperature(step: 4, factors: [1 << 14]) }
    expectIllegal("attention", layer: 0, graph) { $0.layers[0].attention.chunk = 1 << 20 + 1 }
    expectIllegal("attention", layer: 0, graph) { $0.layers[0].attention.temperature?.step = 0 }
    expectIllegal("attention", layer: 0, graph) { $0.layers[0].attention.temperature?.step = 1 << 20 + 1 }
    for factors in [[], [1 << 13 - 1], [1 << 14, 1 << 17 + 1], Array(repeating: 1 << 14, count: 4097)] as [[UInt32]] {
      expectIllegal("attention", layer: 1, graph) { $0.layers[1].attention.temperature?.factors = factors }
    }
  }

  @Test func anEncoderThatLooksLikeADecoder() {
    let graph = graph { $0.pooling = .mean }
    expectIllegal("stop tokens", graph) { $0.stopTokens = [3] }
    expectIllegal("attention", layer: 0, graph) { $0.layers[0].attention.window = 5 }
    expectIllegal("attention", layer: 1, graph) { $0.layers[1].attention.chunk = 5 }
    expectIllegal("attention", layer: 1, graph) {
      $0.layers[1].attention.temperature = AttentionTemperature(step: 1, factors: [1 << 14])
    }
  }

  @Test func stopTokensTwiceOrBackwards() {
    expectIllegal("stop tokens", graph()) { $0.stopTokens = [3, 3] }
    expectIllegal("stop tokens", graph()) { $0.stopTokens = [4, 3] }
    expectIllegal("stop tokens", graph()) { $0.stopTokens = [53] }
    expectIllegal("start token", graph()) { $0.startToken = 53 }
  }

  @Test func routersThatChooseNobodyOrTooMany() {
    let graph = graph { $0.body = .experts }
    for count in [0, 5] {
      expectIllegal("router", layer: 1, graph) { $0.layers[1].feedForward.experts?.chosenCount = count }
    }
    expectIllegal("router", layer: 0, graph) { $0.layers[0].feedForward.experts?.networks = [] }
    expectIllegal("router", layer: 0, graph) { $0.layers[0].feedForward.experts?.networks.removeLast() }
    expectIllegal("router", layer: 0, graph) { $0.layers[0].feedForward.experts?.router.outputFraction = 15 }
  }

  @Test func expertsThatAreNotAlike() {
    let graph = graph { $0.body = .experts }
    func change(_ change: (inout GatedNetwork) -> Void) {
      expectIllegal("gate", layer: 0, expert: 2, graph) { graph in
        guard var experts = graph.layers[0].feedForward.experts else { return }
        change(&experts.networks[2])
        graph.layers[0].feedForward.experts = experts
      }
    }
    change { $0.activation = .relu }
    change { $0.downSite.mode = .twoLimbs }
    change { $0.gate.format = .int4 }
    change { $0.up.hasBias = true }
    change { $0.gate.outputFraction += 1 }
    change {
      $0.gate.rows = 32
      $0.up.rows = 32
      $0.down.columns = 32
    }
  }

  @Test func aBiasThatAWeightOnTheOutputWouldMiss() {
    let graph = graph { $0.body = .experts }
    expectIllegal("down", layer: 0, expert: 0, graph) { graph in
      guard var experts = graph.layers[0].feedForward.experts else { return }
      for index in experts.networks.indices { experts.networks[index].down.hasBias = true }
      graph.layers[0].feedForward.experts = experts
    }
  }

  @Test func networksWhoseWidthsDisagree() {
    expectIllegal("down", layer: 0, graph { $0.body = .plain }) { graph in
      guard case .plain(var network) = graph.layers[0].feedForward.body else { return }
      network.down.columns = 64
      graph.layers[0].feedForward.body = .plain(network)
    }
    let shared = graph {
      $0.body = .experts
      $0.hasSharedExpert = true
    }
    expectIllegal("shared up", layer: 1, shared) { $0.layers[1].feedForward.experts?.shared?.up.rows = 40 }
  }

  @Test func aGraphWithoutLayers() {
    expectIllegal("layers", graph()) { $0.layers = [] }
  }
}
