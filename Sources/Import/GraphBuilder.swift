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
    self.options = options
    reader = MatrixReader(checkpoint: checkpoint, parallel: ParallelRows(threadCount: threadCount))
    planner = MatrixPlanner(reader: reader, progress: progress)
    frequencies = try RotaryFrequencies(configuration).values
  }

  /// Matrices that a model of this configuration has.
  static func matrixCount(_ configuration: DecoderConfiguration) -> Int { 7 * configuration.layerCount + 2 }

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

  private func bias(_ tensor: LayerTensor, _ layer: Int) -> TensorRole? {
    configuration.layerBiases.contains(tensor) ? .layer(layer, tensor) : nil
  }

  private mutating func attention(_ layer: Int) throws(ImportError) -> Attention {
    let (hidden, headSize) = (configuration.hiddenSize, configuration.headSize)
    let width = configuration.headCount * headSize
    let keyValueWidth = configuration.keyValueHeadCount * headSize
    let weights = try reader.vector(.layer(layer, .attentionNorm))
    let gains = RowScaleGains(weights: weights)
    let inputSite = try options.attentionInput.resolved(columns: hidden, name: "attentionInput")
    let outputSite = try options.attentionOutput.resolved(columns: width, name: "attentionOutput")
    func source(_ name: String, _ tensor: LayerTensor, _ biasTensor: LayerTensor, _ rows: Int, _ fraction: Int)
      -> MatrixSource
    {
      MatrixSource(
        Place(name, layer: layer), .layer(layer, tensor), biasRole: bias(biasTensor, layer), rows: rows,
        columns: hidden, diagonal: gains.diagonal, site: inputSite, outputFraction: fraction)
    }
    let fractions = options.outputFractions
    let valueSource = source("value", .value, .valueBias, keyValueWidth, fractions.value)
    let query = try planner.add(source("query", .query, .queryBias, width, fractions.query))
    let key = try planner.add(source("key", .key, .keyBias, keyValueWidth, fractions.key))
    let value = try planner.add(valueSource)
    let output = try planner.add(
      MatrixSource(
        Place("output", layer: layer), .layer(layer, .output), biasRole: bias(.outputBias, layer), rows: hidden,
        columns: width, site: outputSite))
    let block = options.usesQueryKeyHadamard ? headSize : 1
    let scale = ScoreScale(headSize: headSize, block: block)
    let reach = try reader.valueReach(valueSource, gains: weights)
    return Attention(
      norm: gains.norm(epsilon: configuration.normEpsilon), inputSite: inputSite, headCount: configuration.headCount,
      keyValueHeadCount: configuration.keyValueHeadCount, headSize: headSize,
      window: configuration.slidingWindow ?? 0, query: query, key: key, value: value,
      queryNorm: try formedNorm(.queryNorm, layer, inputFraction: fractions.query),
      keyNorm: try formedNorm(.keyNorm, layer, inputFraction: fractions.key), frequencies: frequencies,
      queryKeyBlock: block, queryLimbs: options.queryLimbs, keyLimbs: options.keyLimbs, scoreMantissa: scale.mantissa,
      scoreExponent: scale.exponent, valueCap: StaticData.valueCap(reach: reach, fraction: fractions.value),
      keyOffsets: nil, outputSite: outputSite, output: output)
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
    func source(_ name: String, _ tensor: LayerTensor, _ biasTensor: LayerTensor, _ fraction: Int) -> MatrixSource {
      MatrixSource(
        Place(name, layer: layer), .layer(layer, tensor), biasRole: bias(biasTensor, layer), rows: width,
        columns: hidden, diagonal: gains.diagonal, site: inputSite, outputFraction: fraction)
    }
    let gate = try planner.add(source("gate", .gate, .gateBias, options.outputFractions.gate))
    let up = try planner.add(source("up", .up, .upBias, options.outputFractions.up))
    let down = try planner.add(
      MatrixSource(
        Place("down", layer: layer), .layer(layer, .down), biasRole: bias(.downBias, layer), rows: hidden,
        columns: width, site: downSite))
    return FeedForward(
      norm: gains.norm(epsilon: configuration.normEpsilon), inputSite: inputSite, gate: gate, up: up,
      activation: .silu, downSite: downSite, down: down)
  }
}
