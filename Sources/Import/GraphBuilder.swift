import Checkpoints
import Program

/// Builds the graph of a decoder, measuring its matrices on the way.
struct GraphBuilder {
  private let configuration: DecoderConfiguration
  private let options: ImportOptions
  private let reader: MatrixReader
  private var planner: MatrixPlanner
  private let frequencies: [UInt64]

  /// - Parameter progress: told how many matrices are done.
  init(
    _ checkpoint: any Checkpoint, options: ImportOptions, threadCount: Int, progress: @escaping (Int) -> Void
  ) throws(ImportError) {
    try options.check()
    configuration = checkpoint.configuration
    try Self.checkSizes(configuration)
    self.options = options
    reader = MatrixReader(checkpoint: checkpoint, parallel: ParallelRows(threadCount: threadCount))
    planner = MatrixPlanner(reader: reader, progress: progress)
    frequencies = try RotaryFrequencies(configuration).values
  }

  /// Matrices that a model of this configuration has.
  static func matrixCount(_ configuration: DecoderConfiguration) -> Int { 7 * configuration.layerCount + 2 }

  /// Sizes beyond what a graph may claim are refused before any weight is read.
  private static func checkSizes(_ configuration: DecoderConfiguration) throws(ImportError) {
    let sizes = [
      ("vocabulary", configuration.vocabularyCount, GraphLimits.vocabularyCount),
      ("hidden size", configuration.hiddenSize, GraphLimits.width),
      ("feed-forward size", configuration.feedForwardSize, GraphLimits.width),
      ("layers", configuration.layerCount, GraphLimits.layerCount),
      ("context", configuration.contextLength, GraphLimits.contextLength),
      ("heads", configuration.headCount, GraphLimits.headCount),
      ("head size", configuration.headSize, GraphLimits.headSize),
    ]
    for (name, size, limit) in sizes where !(1...limit).contains(size) {
      throw .program(.illegal(place: Place(name), reason: "\(size), limit \(limit)"))
    }
  }

  /// - Throws: `ImportError` at the first number, constraint or bound that does not fit.
  mutating func plan() throws(ImportError) -> ProgramPlan {
    let vocabulary = configuration.vocabularyCount
    let embedding = try planner.add(
      MatrixSource(
        Place("embedding"), .embedding, rows: vocabulary, columns: configuration.hiddenSize, site: nil))
    var layers: [Layer] = []
    for layer in 0..<configuration.layerCount {
      layers.append(Layer(attention: try attention(layer), feedForward: try feedForward(layer)))
    }
    let gains = RowScaleGains(weights: try reader.vector(.finalNorm))
    let site = try options.head.resolved(columns: configuration.hiddenSize, name: "head")
    let head = try planner.add(
      MatrixSource(
        Place("head"), configuration.isHeadTied ? .embedding : .head, rows: vocabulary,
        columns: configuration.hiddenSize, diagonal: gains.diagonal, site: site))
    var graph = Graph(
      vocabularyCount: vocabulary, hiddenSize: configuration.hiddenSize, contextLength: configuration.contextLength,
      stopTokens: Set(configuration.eosTokens).sorted().map { UInt32($0) },
      startToken: configuration.bosToken.map { UInt32($0) }, embedding: embedding, layers: layers,
      finalNorm: gains.norm(epsilon: configuration.normEpsilon), headSite: site, head: head)
    graph.numberMatrices()
    let plan = ProgramPlan(graph: graph, matrices: planner.matrices, norms: planner.norms)
    try plan.check(graph)
    return plan
  }

  /// A matrix behind a norm, as query, key, value, gate and up are.
  private func projection(
    _ name: String, _ layer: Int, _ tensor: LayerTensor, bias: LayerTensor, diagonal: [Double], site: QuantizerSite,
    fraction: Int
  ) -> MatrixSource {
    let shape = configuration.shape(of: .layer(layer, tensor))
    return MatrixSource(
      Place(name, layer: layer), .layer(layer, tensor), biasRole: role(bias, layer), rows: shape[0], columns: shape[1],
      diagonal: diagonal, site: site, outputFraction: fraction)
  }

  /// A matrix whose outputs are added to the residual stream.
  private func output(
    _ name: String, _ layer: Int, _ tensor: LayerTensor, bias: LayerTensor, site: QuantizerSite
  ) -> MatrixSource {
    let shape = configuration.shape(of: .layer(layer, tensor))
    return MatrixSource(
      Place(name, layer: layer), .layer(layer, tensor), biasRole: role(bias, layer), rows: shape[0], columns: shape[1],
      site: site)
  }

  private func role(_ bias: LayerTensor, _ layer: Int) -> TensorRole? {
    configuration.layerBiases.contains(bias) ? .layer(layer, bias) : nil
  }

  private mutating func attention(_ layer: Int) throws(ImportError) -> Attention {
    let (headSize, fractions) = (configuration.headSize, options.outputFractions)
    let weights = try reader.vector(.layer(layer, .attentionNorm))
    let gains = RowScaleGains(weights: weights)
    let inputSite = try options.attentionInput.resolved(columns: configuration.hiddenSize, name: "attentionInput")
    let outputSite = try options.attentionOutput.resolved(
      columns: configuration.headCount * headSize, name: "attentionOutput")
    func source(_ name: String, _ tensor: LayerTensor, _ bias: LayerTensor, _ fraction: Int) -> MatrixSource {
      projection(name, layer, tensor, bias: bias, diagonal: gains.diagonal, site: inputSite, fraction: fraction)
    }
    let valueSource = source("value", .value, .valueBias, fractions.value)
    let reach = try reader.valueReach(valueSource, gains: weights)
    let block = options.usesQueryKeyHadamard ? headSize : 1
    let scale = ScoreScale(headSize: headSize, block: block)
    return Attention(
      norm: gains.norm(epsilon: configuration.normEpsilon), inputSite: inputSite, headCount: configuration.headCount,
      keyValueHeadCount: configuration.keyValueHeadCount, headSize: headSize,
      window: configuration.slidingWindow ?? 0,
      query: try planner.add(source("query", .query, .queryBias, fractions.query)),
      key: try planner.add(source("key", .key, .keyBias, fractions.key)), value: try planner.add(valueSource),
      queryNorm: try formedNorm(.queryNorm, layer, inputFraction: fractions.query),
      keyNorm: try formedNorm(.keyNorm, layer, inputFraction: fractions.key), frequencies: frequencies,
      queryKeyBlock: block, queryLimbs: options.queryLimbs, keyLimbs: options.keyLimbs, scoreMantissa: scale.mantissa,
      scoreExponent: scale.exponent, valueCap: StaticData.valueCap(reach: reach, fraction: fractions.value),
      keyOffsets: nil, outputSite: outputSite,
      output: try planner.add(output("output", layer, .output, bias: .outputBias, site: outputSite)))
  }

  private func formedNorm(_ tensor: LayerTensor, _ layer: Int, inputFraction: Int) throws(ImportError) -> FormedNorm? {
    guard configuration.hasQueryKeyNorm else { return nil }
    guard let gains = FormedGains(weights: try reader.vector(.layer(layer, tensor))) else {
      throw .number(place: Place("query and key norm", layer: layer), reason: "gains beyond 2^115")
    }
    return gains.norm(epsilon: configuration.normEpsilon, inputFraction: inputFraction)
  }

  private mutating func feedForward(_ layer: Int) throws(ImportError) -> FeedForward {
    let (hidden, width) = (configuration.hiddenSize, configuration.feedForwardSize)
    let gains = RowScaleGains(weights: try reader.vector(.layer(layer, .feedForwardNorm)))
    let inputSite = try options.feedForwardInput.resolved(columns: hidden, name: "feedForwardInput")
    let downSite = try options.feedForwardDown.resolved(columns: width, name: "feedForwardDown")
    func source(_ name: String, _ tensor: LayerTensor, _ bias: LayerTensor, _ fraction: Int) -> MatrixSource {
      projection(name, layer, tensor, bias: bias, diagonal: gains.diagonal, site: inputSite, fraction: fraction)
    }
    return FeedForward(
      norm: gains.norm(epsilon: configuration.normEpsilon), inputSite: inputSite,
      gate: try planner.add(source("gate", .gate, .gateBias, options.outputFractions.gate)),
      up: try planner.add(source("up", .up, .upBias, options.outputFractions.up)), activation: .silu,
      downSite: downSite, down: try planner.add(output("down", layer, .down, bias: .downBias, site: downSite)))
  }
}
