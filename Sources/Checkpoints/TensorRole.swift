/// What a tensor is for in a transformer.
package enum TensorRole: Hashable, Sendable {
  /// Shape (vocabulary, hidden).
  case embedding
  /// Shape (context, hidden).
  case positions
  /// Shape (token types, hidden).
  case tokenTypes
  /// Shape (hidden).
  case embeddingNorm, embeddingNormBias
  /// Shape (hidden).
  case finalNorm, finalNormBias
  /// Shape (vocabulary, hidden); absent when the embedding serves.
  case head
  /// A tensor of one layer, counted from 0.
  case layer(Int, LayerTensor)
  /// A matrix of one expert of a layer.
  case expert(layer: Int, expert: Int, ExpertTensor)
  /// A matrix of a layer's shared expert.
  case sharedExpert(layer: Int, ExpertTensor)
}

/// The tensors of one layer. Matrices have shape (outputs, inputs).
package enum LayerTensor: String, Hashable, Sendable, CaseIterable {
  case attentionNorm, attentionNormBias, query, key, value, output
  case queryBias, keyBias, valueBias, outputBias
  /// Shape (head size), one for all heads.
  case queryNorm, keyNorm
  case feedForwardNorm, feedForwardNormBias, gate, up, down
  case gateBias, upBias, downBias
  /// Shape (experts, hidden).
  case router

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

/// The matrices of one expert, shape (outputs, inputs).
package enum ExpertTensor: String, Hashable, Sendable, CaseIterable {
  case gate, up, down
}

extension TransformerConfiguration {
  /// The tensors of a layer outside its experts, in reading order.
  package func tensors(ofLayer layer: Int) -> [LayerTensor] {
    let hasExperts = experts(ofLayer: layer) != nil
    return LayerTensor.allCases.filter { tensor in
      switch tensor {
      case .queryNorm, .keyNorm: hasQueryKeyNorm
      case .attentionNormBias, .feedForwardNormBias: normKind == .layer
      case .gate: isGated && !hasExperts
      case .up, .down: !hasExperts
      case .router: hasExperts
      default: !LayerTensor.biases.contains(tensor) || layerBiases.contains(tensor)
      }
    }
  }

  /// Every tensor that a checkpoint of this configuration holds.
  package var tensorRoles: [TensorRole] {
    var roles: [TensorRole] = [.embedding]
    if hasPositions { roles.append(.positions) }
    if tokenTypeCount != nil { roles.append(.tokenTypes) }
    if hasEmbeddingNorm { roles += normKind == .layer ? [.embeddingNorm, .embeddingNormBias] : [.embeddingNorm] }
    for layer in 0..<layerCount {
      roles += tensors(ofLayer: layer).map { .layer(layer, $0) }
      roles += expertRoles(ofLayer: layer)
    }
    guard pooling == nil else { return roles }
    roles += normKind == .layer ? [.finalNorm, .finalNormBias] : [.finalNorm]
    return roles + (isHeadTied ? [] : [.head])
  }

  private func expertRoles(ofLayer layer: Int) -> [TensorRole] {
    guard let experts = experts(ofLayer: layer) else { return [] }
    let chosen = (0..<experts.count).flatMap { expert in
      ExpertTensor.allCases.map { TensorRole.expert(layer: layer, expert: expert, $0) }
    }
    let shared = experts.sharedSize == nil ? [] : ExpertTensor.allCases
    return chosen + shared.map { .sharedExpert(layer: layer, $0) }
  }

  /// The shape a tensor must have, from the outermost dimension to the innermost.
  package func shape(of role: TensorRole) -> [Int] {
    switch role {
    case .embedding, .head: [vocabularyCount, hiddenSize]
    case .positions: [contextLength, hiddenSize]
    case .tokenTypes: [tokenTypeCount ?? 0, hiddenSize]
    case .finalNorm, .finalNormBias, .embeddingNorm, .embeddingNormBias: [hiddenSize]
    case .layer(_, let tensor): shape(of: tensor)
    case .expert(_, _, let tensor): shape(of: tensor, size: experts?.size ?? 0)
    case .sharedExpert(_, let tensor): shape(of: tensor, size: experts?.sharedSize ?? 0)
    }
  }

  private func shape(of tensor: ExpertTensor, size: Int) -> [Int] {
    tensor == .down ? [hiddenSize, size] : [size, hiddenSize]
  }

  private func shape(of tensor: LayerTensor) -> [Int] {
    let queryWidth = headCount * headSize
    let keyWidth = keyValueHeadCount * headSize
    return switch tensor {
    case .attentionNorm, .attentionNormBias, .feedForwardNorm, .feedForwardNormBias, .outputBias, .downBias:
      [hiddenSize]
    case .query: [queryWidth, hiddenSize]
    case .key, .value: [keyWidth, hiddenSize]
    case .output: [hiddenSize, queryWidth]
    case .queryBias: [queryWidth]
    case .keyBias, .valueBias: [keyWidth]
    case .queryNorm, .keyNorm: [headSize]
    case .gate, .up: [feedForwardSize, hiddenSize]
    case .down: [hiddenSize, feedForwardSize]
    case .gateBias, .upBias: [feedForwardSize]
    case .router: [experts?.count ?? 0, hiddenSize]
    }
  }
}
