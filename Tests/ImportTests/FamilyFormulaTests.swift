import Checkpoints
import Program
import Testing

@testable import Import

/// The numbers that LayerNorm, learned positions and experts bring, against formulas written a second time.
@Suite struct FamilyFormulaTests {
  /// GPT-2's form: LayerNorm before, plain network, positions.
  private static var absolute: MemoryCheckpoint {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.keyValueHeadCount = 2
    checkpoint.configuration.normKind = .layer
    checkpoint.configuration.isGated = false
    checkpoint.configuration.activation = .gelu
    checkpoint.configuration.hasPositions = true
    checkpoint.configuration.unrotatedLayers = [0, 1]
    checkpoint.configuration.layerBiases = [.queryBias, .keyBias, .valueBias, .outputBias, .upBias, .downBias]
    return checkpoint
  }

  /// BERT's form: LayerNorm after.
  private static var encoder: MemoryCheckpoint {
    var checkpoint = absolute
    checkpoint.configuration.isNormAfter = true
    checkpoint.configuration.hasEmbeddingNorm = true
    checkpoint.configuration.tokenTypeCount = 2
    checkpoint.configuration.pooling = .first
    checkpoint.configuration.bosToken = nil
    checkpoint.configuration.eosTokens = []
    return checkpoint
  }

  /// half((Σ_i W[n,i]·β_i + b_n)·2^F).
  private func folded(
    _ checkpoint: MemoryCheckpoint, _ role: TensorRole, _ shift: TensorRole, bias: TensorRole?, power: Double
  ) -> [Int64] {
    let (weights, betas) = (checkpoint.values(role), checkpoint.values(shift))
    let own = bias.map { checkpoint.values($0) }
    return (0..<weights.count / betas.count).map { row in
      var sum = 0.0
      for column in betas.indices {
        let product = Double(weights[row * betas.count + column]) * Double(betas[column])
        sum += product
      }
      if let own { sum += Double(own[row]) }
      return Int64(Naive.halfEven(sum * power))
    }
  }

  @Test func biasesOfLayerNormsAreFolded() throws {
    let checkpoint = Self.absolute
    try withProgram(checkpoint) { program in
      let graph = try program.graph
      let layer = graph.layers[1]
      guard case .plain(let network) = layer.feedForward.body else { throw ImportError.calibration(reason: "no plain") }
      let matrices: [(Matrix, LayerTensor, LayerTensor, LayerTensor)] = [
        (layer.attention.query, .query, .attentionNormBias, .queryBias),
        (layer.attention.value, .value, .attentionNormBias, .valueBias),
        (network.up, .up, .feedForwardNormBias, .upBias),
      ]
      for (matrix, tensor, shift, bias) in matrices {
        let expected = folded(
          checkpoint, .layer(1, tensor), .layer(1, shift), bias: .layer(1, bias), power: 1024)
        #expect(program.weights(of: matrix).biases == expected)
      }
      let head = try #require(graph.head)
      let expected = folded(checkpoint, .embedding, .finalNormBias, bias: nil, power: 65_536)
      #expect(program.weights(of: head.matrix).biases == expected && head.matrix.hasBias)
      // What follows no norm keeps its own bias alone.
      let own = checkpoint.values(.layer(1, .outputBias)).map { Int64(Naive.halfEven(Double($0) * 65_536)) }
      #expect(program.weights(of: layer.attention.output).biases == own)
    }
  }

  @Test func layerNormInTheRowScaleHasItsEpsilon() throws {
    let checkpoint = Self.absolute
    let graph = try withProgram(checkpoint) { try $0.graph }
    guard case .layer(let norm) = graph.layers[0].attention.norm else {
      Issue.record("no LayerNorm")
      return
    }
    #expect(norm.gains.map { Int($0) } == Naive.gains(checkpoint.values(.layer(0, .attentionNorm))).gains)
    // 8³ · 1e-5 · 2^32 = 21990232.1…, with 1e-5 as binary32.
    #expect(norm.epsilon == UInt64(Naive.halfEven(512 * Double(Float(1e-5)) * 4_294_967_296)))
  }

  @Test func formedLayerNormsHaveGainsAndBiases() throws {
    let checkpoint = Self.encoder
    let graph = try withProgram(checkpoint) { try $0.graph }
    let norms: [(FormedNorm?, TensorRole, TensorRole)] = [
      (graph.embeddingNorm, .embeddingNorm, .embeddingNormBias),
      (graph.layers[0].attention.postNorm, .layer(0, .attentionNorm), .layer(0, .attentionNormBias)),
      (graph.layers[1].feedForward.postNorm, .layer(1, .feedForwardNorm), .layer(1, .feedForwardNormBias)),
    ]
    for (formed, weights, biases) in norms {
      let norm = try #require(formed)
      let root = Double(8).squareRoot()
      let expected = checkpoint.values(weights).map {
        Naive.halfEven(Double($0) * root * Naive.power(norm.exponent))
      }
      #expect(norm.gains.map { Double($0) } == expected && norm.isCentred && norm.outputFraction == 16)
      #expect(norm.biases == checkpoint.values(biases).map { Int64(Naive.halfEven(Double($0) * 65_536)) })
      #expect(norm.epsilon == UInt64(Naive.halfEven(512 * Double(Float(1e-5)) * 4_294_967_296)))
    }
    // Nothing stands before the matrices, so that they are the source's own.
    #expect(graph.layers.allSatisfy { $0.attention.norm == .none && $0.feedForward.norm == .none })
  }

  @Test func firstTokenTypeIsInThePositions() throws {
    let checkpoint = Self.encoder
    try withProgram(checkpoint) { program in
      let matrix = try #require(try program.graph.positions)
      let types = checkpoint.values(.tokenTypes).prefix(8).map { Double($0) }
      let values = checkpoint.values(.positions)
      let rows = (0..<16).map { row in (0..<8).map { Double(values[8 * row + $0]) + types[$0] } }
      let expected = Naive.quantized(rows)
      let packed = program.weights(of: matrix)
      #expect(matrix.exponent == expected.exponent && packed.scales.map { Int($0) } == expected.scales)
      #expect((0..<16).map { packed.row($0).map { Int($0) } } == expected.weights)
    }
  }

  @Test func valueCapSeesTheNormBefore() throws {
    var checkpoint = Self.encoder
    let quiet = try withProgram(checkpoint) { try $0.graph.layers[0].attention.valueCap }
    checkpoint.replacements[.embeddingNorm] = checkpoint.values(.embeddingNorm).map { $0 * 16 }
    let loud = try withProgram(checkpoint) { try $0.graph.layers }
    #expect(loud[0].attention.valueCap < quiet)
    #expect(try loud[1].attention.valueCap == withProgram(Self.encoder) { try $0.graph.layers[1].attention.valueCap })
  }

  @Test func epsilonBeyondAllBoundsIsRefused() {
    var checkpoint = Self.absolute
    checkpoint.configuration.normEpsilon = 0.99
    #expect(importError(checkpoint) == nil)
    let place = Place("norm")
    #expect(throws: ImportError.number(place: place, reason: "an epsilon of 0.5 over 2048 values")) {
      try NormEpsilon(0.5, isCentred: true, place).scaled(count: 2048, fraction: 16)
    }
    checkpoint.replacements[.layer(0, .feedForwardNormBias)] = [Float](repeating: 0x1p70, count: 8)
    guard case .number(let place, _)? = importError(checkpoint) else {
      Issue.record("not refused")
      return
    }
    #expect(place == Place("up", layer: 0))
  }
}
