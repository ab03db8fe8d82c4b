import Checkpoints
import Program
import Testing

@testable import Import

@Suite struct ExpertFormulaTests {
  private static func mixed(
    _ weighting: ExpertsConfiguration.Weighting, weighsInput: Bool = false, sharedSize: Int? = nil
  ) -> MemoryCheckpoint {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.experts = ExpertsConfiguration(
      count: 3, chosenCount: 2, size: 4, weighting: weighting, weighsInput: weighsInput, sharedSize: sharedSize,
      denseLayers: [0])
    return checkpoint
  }

  private func check(
    _ program: Program, _ matrix: Matrix, _ checkpoint: MemoryCheckpoint, _ role: TensorRole, norm: TensorRole?,
    block: Int
  ) {
    let diagonal = norm.map { Naive.gains(checkpoint.values($0)).diagonal }
    let columns = checkpoint.configuration.shape(of: role)[1]
    let expected = Naive.quantized(
      Naive.rows(checkpoint.values(role), columns: columns, diagonal: diagonal, block: block))
    let packed = program.weights(of: matrix)
    #expect(packed.scales.map { Int($0) } == expected.scales && matrix.exponent == expected.exponent)
    #expect((0..<matrix.rows).map { packed.row($0).map { Int($0) } } == expected.weights)
  }

  @Test func everyMatrixFollowsTheFormulas() throws {
    let checkpoint = Self.mixed(.softmaxOfAll, sharedSize: 12)
    try withProgram(checkpoint) { program in
      let graph = try program.graph
      #expect(graph.layers[0].feedForward.gated != nil)
      let experts = try #require(graph.layers[1].feedForward.experts)
      let norm = TensorRole.layer(1, .feedForwardNorm)
      check(program, experts.router, checkpoint, .layer(1, .router), norm: norm, block: 8)
      for (index, network) in experts.networks.enumerated() {
        let role = { (tensor: ExpertTensor) in TensorRole.expert(layer: 1, expert: index, tensor) }
        check(program, network.gate, checkpoint, role(.gate), norm: norm, block: 8)
        check(program, network.up, checkpoint, role(.up), norm: norm, block: 8)
        check(program, network.down, checkpoint, role(.down), norm: nil, block: 4)
      }
      let shared = try #require(experts.shared)
      check(program, shared.up, checkpoint, .sharedExpert(layer: 1, .up), norm: norm, block: 8)
      check(program, shared.down, checkpoint, .sharedExpert(layer: 1, .down), norm: nil, block: 4)
      #expect(experts.router.outputFraction == 16 && shared.gate.outputFraction == 10)
    }
  }

  @Test func weightingsAndPlacesAreKept() throws {
    let cases: [(ExpertsConfiguration.Weighting, Experts.Weighting)] = [
      (.softmaxOfChosen, .softmaxOfChosen), (.softmaxOfAll, .softmaxOfAll), (.sigmoid, .sigmoid),
    ]
    for (weighting, expected) in cases {
      for weighsInput in [true, false] {
        let program = try withProgram(Self.mixed(weighting, weighsInput: weighsInput)) { $0 }
        let experts = try #require(try program.graph.layers[1].feedForward.experts)
        #expect(experts.weighting == expected && experts.placement == (weighsInput ? .input : .output))
        #expect(experts.chosenCount == 2 && experts.shared == nil)
      }
    }
  }

  @Test func moreExpertsThanAGraphMayHaveAreRefused() {
    var checkpoint = Self.mixed(.sigmoid)
    checkpoint.configuration.experts?.count = 1_025
    #expect(importError(checkpoint) == .program(.illegal(place: Place("experts"), reason: "1025, limit 1024")))
    checkpoint.configuration.experts?.count = 3
    checkpoint.configuration.experts?.size = 1 << 19
    #expect(importError(checkpoint) == .program(.illegal(place: Place("expert size"), reason: "524288, limit 262144")))
  }

  @Test func hugeWeightOfAnExpertIsNamed() {
    var checkpoint = Self.mixed(.sigmoid)
    checkpoint.replacements[.expert(layer: 1, expert: 2, .down)] = [Float](repeating: 0x1p127, count: 32)
    guard case .number(let place, _)? = importError(checkpoint) else {
      Issue.record("not refused")
      return
    }
    #expect(place == Place("down", layer: 1, expert: 2))
  }
}

@Suite struct TemperatureTests {
  private func factors(_ scale: Float, step: Int, context: Int) throws -> [UInt32] {
    try TemperatureTable(TemperatureTuning(scale: scale, step: step), contextLength: context, Place("t"))
      .temperature.factors
  }

  @Test func factorsGrowWithTheLogarithm() throws {
    // 16384·(1 + 0.1·ln m) for m = 1, 2, 3, 4, 5.
    #expect(try factors(0.1, step: 10, context: 40) == [16_384, 17_520, 18_184, 18_655, 19_021])
    #expect(try factors(0, step: 10, context: 19) == [16_384, 16_384])
    #expect(try factors(0.1, step: 100, context: 40) == [16_384])
  }

  @Test func tableEndsAtItsLimit() throws {
    let factors = try factors(0.1, step: 1, context: 100_000)
    // ln 4096 = 8.3177661667…
    #expect(factors.count == 4_096 && factors[4_095] == 30_012)
  }

  @Test func queriesThatGrowEightfoldAreRefused() {
    #expect(throws: ImportError.self) { try factors(4, step: 1, context: 100) }
  }
}
