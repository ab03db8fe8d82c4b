import Checkpoints
import Program

extension GraphBuilder {
  mutating func attention(_ layer: Int) throws(ImportError) -> Attention {
    let (headSize, fractions) = (configuration.headSize, options.outputFractions)
    let input = try attentionInput(layer)
    let inputSite = try options.attentionInput.resolved(columns: configuration.hiddenSize, name: "attentionInput")
    let outputSite = try options.attentionOutput.resolved(
      columns: configuration.headCount * headSize, name: "attentionOutput")
    func source(_ tensor: LayerTensor, _ bias: LayerTensor, _ fraction: Int) -> MatrixSource {
      projection(tensor, layer, bias: bias, input: input, site: inputSite, fraction: fraction)
    }
    let valueSource = source(.value, .valueBias, fractions.value)
    let reach = try reader.valueReach(valueSource, gains: input.source.gains, shift: input.source.shift)
    let block = options.usesQueryKeyHadamard ? headSize : 1
    let scale = ScoreScale(headSize: headSize, block: block)
    let isRotated = configuration.isRotated(layer)
    return Attention(
      norm: input.norm, inputSite: inputSite, headCount: configuration.headCount,
      keyValueHeadCount: configuration.keyValueHeadCount, headSize: headSize,
      window: configuration.slidingWindow ?? 0, chunk: isRotated ? configuration.attentionChunk ?? 0 : 0,
      query: try planner.add(source(.query, .queryBias, fractions.query)),
      key: try planner.add(source(.key, .keyBias, fractions.key)), value: try planner.add(valueSource),
      queryNorm: try headNorm(.queryNorm, layer, inputFraction: fractions.query),
      keyNorm: try headNorm(.keyNorm, layer, inputFraction: fractions.key),
      frequencies: isRotated ? frequencies : nil, queryKeyBlock: block, queryLimbs: options.queryLimbs,
      keyLimbs: options.keyLimbs, scoreMantissa: scale.mantissa, scoreExponent: scale.exponent,
      valueCap: StaticData.valueCap(reach: reach, fraction: fractions.value), temperature: try temperature(layer),
      keyOffsets: nil, outputSite: outputSite,
      output: try planner.add(output(.output, layer, bias: .outputBias, site: outputSite)),
      postNorm: try postNorm(.attentionNorm, .attentionNormBias, layer))
  }

  /// The norm of each query or key head.
  private func headNorm(_ tensor: LayerTensor, _ layer: Int, inputFraction: Int) throws(ImportError) -> FormedNorm? {
    let place = Place("query and key norm", layer: layer)
    let epsilon = NormEpsilon(configuration.normEpsilon, isCentred: false, place)
    if configuration.hasQueryKeyNorm {
      return try formedGains(reader.vector(.layer(layer, tensor)), place).norm(epsilon, inputFraction: inputFraction)
    }
    guard configuration.hasWeightlessQueryKeyNorm, configuration.isRotated(layer) else { return nil }
    let ones = [Float](repeating: 1, count: configuration.headSize)
    return try formedGains(ones, place).norm(epsilon, inputFraction: inputFraction)
  }

  private func temperature(_ layer: Int) throws(ImportError) -> AttentionTemperature? {
    guard let tuning = configuration.temperature, !configuration.isRotated(layer) else { return nil }
    let place = Place("attention temperature", layer: layer)
    return try TemperatureTable(tuning, contextLength: configuration.contextLength, place).temperature
  }

  /// A matrix behind a block's norm, as query, key, value, gate and up are.
  func projection(
    _ tensor: LayerTensor, _ layer: Int, bias: LayerTensor, input: BlockInput, site: QuantizerSite, fraction: Int
  ) -> MatrixSource {
    let shape = configuration.shape(of: .layer(layer, tensor))
    return MatrixSource(
      Place(tensor.rawValue, layer: layer), .layer(layer, tensor), biasRole: role(bias, layer), rows: shape[0],
      columns: shape[1], diagonal: input.diagonal, shift: input.shift, site: site, outputFraction: fraction)
  }

  /// A matrix whose outputs are added to the residual stream.
  func output(_ tensor: LayerTensor, _ layer: Int, bias: LayerTensor, site: QuantizerSite) -> MatrixSource {
    let shape = configuration.shape(of: .layer(layer, tensor))
    return MatrixSource(
      Place(tensor.rawValue, layer: layer), .layer(layer, tensor), biasRole: role(bias, layer), rows: shape[0],
      columns: shape[1], site: site)
  }

  private func role(_ bias: LayerTensor, _ layer: Int) -> TensorRole? {
    configuration.layerBiases.contains(bias) ? .layer(layer, bias) : nil
  }
}
