import Program
import Testing

@testable import Import

/// The graphs of the families: which operators stand where.
@Suite struct FamilyGraphTests {
  private func graph(_ name: String) throws -> Graph {
    try FamilyFixture(name).withProgram(ImportOptions()) { try $0.graph }
  }

  @Test func gpt2HasPositionsAndLayerNorms() throws {
    let graph = try graph("gpt2")
    #expect(graph.positions?.rows == 40 && graph.positions?.layout == .rows && graph.embeddingNorm == nil)
    for layer in graph.layers {
      guard case .layer = layer.attention.norm, case .layer = layer.feedForward.norm,
        case .plain(let network) = layer.feedForward.body
      else {
        Issue.record("not GPT-2's layer")
        continue
      }
      #expect(network.activation == .gelu && network.up.hasBias && network.down.hasBias)
      #expect(layer.attention.frequencies == nil && layer.attention.postNorm == nil)
    }
    // The final norm's bias goes into the head.
    #expect(graph.head?.matrix.hasBias == true)
  }

  @Test(arguments: [("bert-first", Pooling.first), ("bert-mean", .mean)])
  func bertNormsFormTheResidualStream(name: String, pooling: Pooling) throws {
    let graph = try graph(name)
    #expect(graph.output == .embedding(pooling) && graph.isBidirectional && graph.stopTokens.isEmpty)
    let norms = [graph.embeddingNorm] + graph.layers.flatMap { [$0.attention.postNorm, $0.feedForward.postNorm] }
    for norm in norms {
      #expect(norm?.isCentred == true && norm?.outputFraction == 16 && norm?.biases.count == 32)
    }
    #expect(graph.layers.allSatisfy { $0.attention.norm == .none && $0.feedForward.norm == .none })
  }

  @Test func llama4LayersTakeTurns() throws {
    let graph = try graph("llama4-text")
    let attentions = graph.layers.map(\.attention)
    #expect(attentions.map(\.chunk) == [8, 8, 8, 0])
    #expect(attentions.map { $0.frequencies != nil } == [true, true, true, false])
    #expect(attentions.map { $0.queryNorm != nil } == [true, true, true, false])
    #expect(attentions.map { $0.temperature?.step } == [nil, nil, nil, 4])
    // Positions 0…63 in steps of 4: ⌊(p + 1)/4⌋ is at most 16.
    #expect(attentions[3].temperature?.factors.count == 17 && attentions[3].temperature?.factors[0] == 16_384)
    for (index, layer) in graph.layers.enumerated() {
      guard case .experts(let experts) = layer.feedForward.body else {
        #expect(index == 0 || index == 2)
        continue
      }
      #expect(experts.weighting == .sigmoid && experts.placement == .input && experts.shared != nil)
      #expect(experts.networks.count == 4 && experts.chosenCount == 1 && index % 2 == 1)
    }
  }

  @Test func routersFollowTheFamily() throws {
    func experts(_ name: String) throws -> [Experts?] {
      try graph(name).layers.map { if case .experts(let experts) = $0.feedForward.body { experts } else { nil } }
    }
    let mixtral = try experts("mixtral")
    #expect(mixtral.allSatisfy { $0?.weighting == .softmaxOfChosen && $0?.placement == .output && $0?.shared == nil })
    let qwen = try experts("qwen3-moe")
    #expect(qwen.map { $0?.weighting } == [nil, .softmaxOfAll, .softmaxOfAll])
  }

  @Test func stagesCountEveryMatrix() throws {
    for name in FamilyAccuracyTests.decoders + FamilyAccuracyTests.encoders {
      var total = 0
      try withTemporaryFolder { folder in
        let program = try importProgram(
          from: FamilyFixture(name).path, to: folder + "/program", progress: { total = $0.total }, calibrate: nil)
        #expect(try program.graph.matrices.count == total)
      }
    }
  }

  @Test(arguments: ["llama4", "bert-mean"]) func rootDoesNotDependOnThreads(name: String) throws {
    let roots = try [1, 3].map { count in
      try withTemporaryFolder { folder in
        try importProgram(
          from: FamilyFixture(name).path, to: folder + "/program", threadCount: count, calibrate: nil
        ).root
      }
    }
    #expect(roots[0] == roots[1])
  }
}
