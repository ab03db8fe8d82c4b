import Checkpoints
import Program

/// What enters a block: its norm, and what the norm leaves to the matrices behind it.
struct BlockInput {
  let norm: InputNorm
  /// √n·γ_i/g_i; `nil` where no norm stands before the matrices.
  let diagonal: [Double]?
  /// β of a LayerNorm before the matrices; `nil` for none.
  let shift: [Float]?
  /// γ and β of the norm that the values come from, wherever it stands.
  let source: (gains: [Float], shift: [Float]?)
}

extension GraphBuilder {
  /// A norm before matrices, in the row scale.
  func blockInput(weights: TensorRole, biases: TensorRole, _ place: Place) throws(ImportError) -> BlockInput {
    let weights = try reader.vector(weights)
    let gains = RowScaleGains(weights: weights)
    let isCentred = configuration.normKind == .layer
    let norm = try gains.norm(NormEpsilon(configuration.normEpsilon, isCentred: isCentred, place))
    let shift = isCentred ? try reader.vector(biases) : nil
    return BlockInput(
      norm: isCentred ? .layer(norm) : .rms(norm), diagonal: gains.diagonal, shift: shift, source: (weights, shift))
  }

  /// What enters attention.
  func attentionInput(_ layer: Int) throws(ImportError) -> BlockInput {
    guard configuration.isNormAfter else {
      return try blockInput(
        weights: .layer(layer, .attentionNorm), biases: .layer(layer, .attentionNormBias),
        Place("attention norm", layer: layer))
    }
    // The stream is what the norm of the block before has formed.
    let (weights, biases): (TensorRole, TensorRole) =
      layer == 0
      ? (.embeddingNorm, .embeddingNormBias)
      : (.layer(layer - 1, .feedForwardNorm), .layer(layer - 1, .feedForwardNormBias))
    guard reader.checkpoint.has(weights) else {
      let ones = [Float](repeating: 1, count: configuration.hiddenSize)
      return BlockInput(norm: .none, diagonal: nil, shift: nil, source: (ones, nil))
    }
    let shift = configuration.normKind == .layer ? try reader.vector(biases) : nil
    return BlockInput(norm: .none, diagonal: nil, shift: nil, source: (try reader.vector(weights), shift))
  }

  /// What enters the feed-forward network.
  func feedForwardInput(_ layer: Int) throws(ImportError) -> BlockInput {
    guard configuration.isNormAfter else {
      return try blockInput(
        weights: .layer(layer, .feedForwardNorm), biases: .layer(layer, .feedForwardNormBias),
        Place("feed-forward norm", layer: layer))
    }
    return BlockInput(norm: .none, diagonal: nil, shift: nil, source: ([], nil))
  }

  /// The norm after a block, where it stands there.
  func postNorm(_ weights: LayerTensor, _ biases: LayerTensor, _ layer: Int) throws(ImportError) -> FormedNorm? {
    guard configuration.isNormAfter else { return nil }
    return try residualNorm(
      weights: .layer(layer, weights), biases: .layer(layer, biases), Place("post-norm", layer: layer))
  }

  /// A norm whose values become the residual stream.
  func residualNorm(weights: TensorRole, biases: TensorRole, _ place: Place) throws(ImportError) -> FormedNorm {
    let isCentred = configuration.normKind == .layer
    return try formedGains(try reader.vector(weights), place).norm(
      NormEpsilon(configuration.normEpsilon, isCentred: isCentred, place), inputFraction: Graph.residualFraction,
      outputFraction: Graph.residualFraction, shift: isCentred ? try reader.vector(biases) : nil)
  }

  func formedGains(_ weights: [Float], _ place: Place) throws(ImportError) -> FormedGains {
    guard let gains = FormedGains(weights: weights) else { throw .number(place: place, reason: "gains beyond 2^115") }
    return gains
  }
}
