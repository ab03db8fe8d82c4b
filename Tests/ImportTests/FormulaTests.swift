import Checkpoints
import Program
import Testing

@testable import Import

/// Every number of small programs against formulas written a second time.
@Suite struct FormulaTests {
  /// A matrix of a program in the shape of the naive formulas.
  private func quantized(_ program: Program, _ matrix: Matrix) -> Naive.Quantized {
    let packed = program.weights(of: matrix)
    return Naive.Quantized(
      exponent: matrix.exponent, scales: packed.scales.map { Int($0) },
      weights: (0..<matrix.rows).map { packed.row($0).map { Int($0) } })
  }

  private func expected(
    _ checkpoint: MemoryCheckpoint, _ role: TensorRole, norm: TensorRole?, block: Int
  ) -> Naive.Quantized {
    let columns = checkpoint.configuration.shape(of: role)[1]
    let diagonal = norm.map { Naive.gains(checkpoint.values($0)).diagonal }
    return Naive.quantized(Naive.rows(checkpoint.values(role), columns: columns, diagonal: diagonal, block: block))
  }

  @Test func everyMatrixFollowsTheFormulas() throws {
    let checkpoint = MemoryCheckpoint()
    try withProgram(checkpoint) { program in
      let graph = try program.graph
      #expect(quantized(program, graph.embedding) == expected(checkpoint, .embedding, norm: nil, block: 1))
      for (index, layer) in graph.layers.enumerated() {
        let (attention, feedForward) = (layer.attention, try #require(layer.feedForward.gated))
        let matrices: [(Matrix, LayerTensor, LayerTensor?, Int)] = [
          (attention.query, .query, .attentionNorm, 8), (attention.key, .key, .attentionNorm, 8),
          (attention.value, .value, .attentionNorm, 8), (attention.output, .output, nil, 8),
          (feedForward.gate, .gate, .feedForwardNorm, 8), (feedForward.up, .up, .feedForwardNorm, 8),
          (feedForward.down, .down, nil, 4),
        ]
        for (matrix, tensor, norm, block) in matrices {
          let roles = (TensorRole.layer(index, tensor), norm.map { TensorRole.layer(index, $0) })
          #expect(quantized(program, matrix) == expected(checkpoint, roles.0, norm: roles.1, block: block))
        }
      }
      let head = try #require(graph.head)
      #expect(quantized(program, head.matrix) == expected(checkpoint, .embedding, norm: .finalNorm, block: 8))
    }
  }

  @Test func normsFollowTheFormulas() throws {
    let checkpoint = MemoryCheckpoint()
    try withProgram(checkpoint) { program in
      let graph = try program.graph
      let norms: [(InputNorm?, TensorRole)] = [
        (graph.layers[0].attention.norm, .layer(0, .attentionNorm)),
        (graph.layers[1].feedForward.norm, .layer(1, .feedForwardNorm)), (graph.head?.norm, .finalNorm),
      ]
      for (inputNorm, role) in norms {
        let norm = try #require(inputNorm?.rowScale)
        #expect(inputNorm == .rms(norm))
        #expect(norm.gains.map { Int($0) } == Naive.gains(checkpoint.values(role)).gains)
        // 8 · 1e-5 · 2^32 = 343597.38…
        #expect(norm.epsilon == 343_597)
      }
    }
  }

  @Test func untiedHeadComesFromItsOwnTensor() throws {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.isHeadTied = false
    try withProgram(checkpoint) { program in
      let head = try #require(try program.graph.head)
      #expect(quantized(program, head.matrix) == expected(checkpoint, .head, norm: .finalNorm, block: 8))
    }
  }

  @Test(arguments: [1, 2, 4]) func chosenBlocksAreUsed(block: Int) throws {
    let checkpoint = MemoryCheckpoint()
    var options = ImportOptions()
    options.attentionInput.block = block
    options.feedForwardDown.block = block
    try withProgram(checkpoint, options: options) { program in
      let layer = try program.graph.layers[1]
      let feedForward = try #require(layer.feedForward.gated)
      #expect(layer.attention.inputSite.block == block && feedForward.downSite.block == block)
      let key = expected(checkpoint, .layer(1, .key), norm: .layer(1, .attentionNorm), block: block)
      #expect(quantized(program, layer.attention.key) == key)
      let down = expected(checkpoint, .layer(1, .down), norm: nil, block: block)
      #expect(quantized(program, feedForward.down) == down)
    }
  }

  @Test func biasesAreRoundedAtTheOutputFraction() throws {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.layerBiases = LayerTensor.biases
    try withProgram(checkpoint) { program in
      let layer = try program.graph.layers[1]
      let feedForward = try #require(layer.feedForward.gated)
      let matrices: [(Matrix, LayerTensor, Double)] = [
        (layer.attention.query, .queryBias, 1024), (layer.attention.value, .valueBias, 1024),
        (layer.attention.output, .outputBias, 65_536), (feedForward.up, .upBias, 1024),
        (feedForward.down, .downBias, 65_536),
      ]
      for (matrix, tensor, power) in matrices {
        #expect(matrix.hasBias)
        let expected = checkpoint.values(.layer(1, tensor)).map { Int64(Naive.halfEven(Double($0) * power)) }
        #expect(program.weights(of: matrix).biases == expected)
      }
      #expect(try program.graph.head?.matrix.hasBias == false)
    }
  }

  @Test func queryAndKeyNormsAreFormed() throws {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.hasQueryKeyNorm = true
    try withProgram(checkpoint) { program in
      let norm = try #require(try program.graph.layers[0].attention.queryNorm)
      let weights = checkpoint.values(.layer(0, .queryNorm)).map { Double($0) * 2 }
      let scaled = weights.map { Naive.halfEven($0 * Naive.power(norm.exponent)) }
      #expect(norm.gains.map { Double($0) } == scaled)
      let doubled = weights.map { abs(Naive.halfEven($0 * Naive.power(norm.exponent + 1))) }
      #expect(doubled.contains { $0 > 32_767 } && norm.outputFraction == 10)
      // 4 · 1e-5 · 2^20 = 41.94…
      #expect(norm.epsilon == 42)
      #expect(try program.graph.layers[0].attention.keyNorm != nil)
    }
  }
}
