/// What a tensor is for in a decoder.
package enum TensorRole: Hashable, Sendable {
  /// Shape (vocabulary, hidden).
  case embedding
  /// Shape (hidden).
  case finalNorm
  /// Shape (vocabulary, hidden); absent when the embedding serves.
  case head
  /// A tensor of one layer, counted from 0.
  case layer(Int, LayerTensor)
}

/// The tensors of one layer. Matrices have shape (outputs, inputs).
package enum LayerTensor: String, Hashable, Sendable, CaseIterable {
  case attentionNorm, query, key, value, output
  case queryBias, keyBias, valueBias, outputBias
  /// Shape (head size), one for all heads.
  case queryNorm, keyNorm
  case feedForwardNorm, gate, up, down
  case gateBias, upBias, downBias

  /// In the order in which a configuration lists them.
  package static let biases: [LayerTensor] = [
    .queryBias, .keyBias, .valueBias, .outputBias, .gateBias, .upBias, .downBias,
  ]

  /// True where rows belong to the pairs that rotary embedding turns.
  var isRotated: Bool {
    switch self {
    case .query, .key, .queryBias, .keyBias: true
    default: false
    }
  }
}

extension DecoderConfiguration {
  /// The tensors that every layer has, in reading order.
  package var layerTensors: [LayerTensor] {
    LayerTensor.allCases.filter { tensor in
      switch tensor {
      case .queryNorm, .keyNorm: hasQueryKeyNorm
      default: !LayerTensor.biases.contains(tensor) || layerBiases.contains(tensor)
      }
    }
  }

  /// Every tensor that a checkpoint of this configuration holds.
  package var tensorRoles: [TensorRole] {
    let layers = (0..<layerCount).flatMap { layer in layerTensors.map { TensorRole.layer(layer, $0) } }
    return [.embedding] + layers + [.finalNorm] + (isHeadTied ? [] : [.head])
  }

  /// The shape a tensor must have, from the outermost dimension to the innermost.
  package func shape(of role: TensorRole) -> [Int] {
    switch role {
    case .embedding, .head: [vocabularyCount, hiddenSize]
    case .finalNorm: [hiddenSize]
    case .layer(_, let tensor): shape(of: tensor)
    }
  }

  private func shape(of tensor: LayerTensor) -> [Int] {
    let queryWidth = headCount * headSize
    let keyWidth = keyValueHeadCount * headSize
    return switch tensor {
    case .attentionNorm, .feedForwardNorm, .outputBias, .downBias: [hiddenSize]
    case .query: [queryWidth, hiddenSize]
    case .key, .value: [keyWidth, hiddenSize]
    case .output: [hiddenSize, queryWidth]
    case .queryBias: [queryWidth]
    case .keyBias, .valueBias: [keyWidth]
    case .queryNorm, .keyNorm: [headSize]
    case .gate, .up: [feedForwardSize, hiddenSize]
    case .down: [hiddenSize, feedForwardSize]
    case .gateBias, .upBias: [feedForwardSize]
    }
  }
}
