import Checkpoints
import Program

/// Builds the graph of a transformer, measuring its matrices on the way, in the order of the graph.
///
/// The blocks have files of their own: `Building/`.
struct GraphBuilder {
  let configuration: TransformerConfiguration
  let options: ImportOptions
  let reader: MatrixReader
  var planner: MatrixPlanner
  /// Of the layers with rotary embedding; `nil` where there are none.
  let frequencies: [UInt64]?

  /// - Parameter progress: told how many matrices are done.
  init(
    _ checkpoint: any Checkpoint, options: ImportOptions, threadCount: Int, progress: @escaping (Int) -> Void
  ) throws(ImportError) {
    try options.check()
    configuration = checkpoint.configuration
    try configuration.checkSizes()
    self.options = options
    reader = MatrixReader(checkpoint: checkpoint, parallel: ParallelRows(threadCount: threadCount))
    planner = MatrixPlanner(reader: reader, progress: progress)
    let hasRotation = (0..<configuration.layerCount).contains { checkpoint.configuration.isRotated($0) }
    frequencies = hasRotation ? try RotaryFrequencies(configuration).values : nil
  }

  /// Matrices that a model of this configuration has.
  static func matrixCount(_ configuration: TransformerConfiguration) -> Int {
    let layers = (0..<configuration.layerCount).map { layer in
      guard let experts = configuration.experts(ofLayer: layer) else { return configuration.isGated ? 7 : 6 }
      return 5 + 3 * experts.count + (experts.sharedSize == nil ? 0 : 3)
    }
    return layers.reduce(1, +) + (configuration.hasPositions ? 1 : 0) + (configuration.pooling == nil ? 1 : 0)
  }

  /// - Throws: `ImportError` at the first number, constraint or bound that does not fit.
  mutating func plan() throws(ImportError) -> ProgramPlan {
    let embedding = try planner.add(
      MatrixSource(
        Place("embedding"), .embedding, rows: configuration.vocabularyCount, columns: configuration.hiddenSize,
        site: nil))
    let positions = try positions()
    let embeddingNorm = try embeddingNorm()
    var layers: [Layer] = []
    for layer in 0..<configuration.layerCount {
      layers.append(Layer(attention: try attention(layer), feedForward: try feedForward(layer)))
    }
    var graph = Graph(
      vocabularyCount: configuration.vocabularyCount, hiddenSize: configuration.hiddenSize,
      contextLength: configuration.contextLength,
      stopTokens: Set(configuration.eosTokens).sorted().map { UInt32($0) },
      startToken: configuration.bosToken.map { UInt32($0) }, embedding: embedding, positions: positions,
      embeddingNorm: embeddingNorm, layers: layers, output: try output())
    graph.numberMatrices()
    let plan = ProgramPlan(graph: graph, matrices: planner.matrices, norms: planner.norms)
    try plan.check(graph)
    return plan
  }

  /// Learned positions, with the first row of the token types added to each.
  private mutating func positions() throws(ImportError) -> Matrix? {
    guard configuration.hasPositions else { return nil }
    var tokenType: [Float]?
    if configuration.tokenTypeCount != nil { tokenType = try reader.row(0, of: .tokenTypes) }
    return try planner.add(
      MatrixSource(
        Place("positions"), .positions, rows: configuration.contextLength, columns: configuration.hiddenSize,
        addend: tokenType, site: nil))
  }

  private func embeddingNorm() throws(ImportError) -> FormedNorm? {
    guard configuration.hasEmbeddingNorm else { return nil }
    return try residualNorm(weights: .embeddingNorm, biases: .embeddingNormBias, Place("embedding norm"))
  }

  /// What becomes of the residual stream after the last layer.
  private mutating func output() throws(ImportError) -> GraphOutput {
    switch configuration.pooling {
    case .mean: return .embedding(.mean)
    case .first: return .embedding(.first)
    case nil: break
    }
    let input = try blockInput(weights: .finalNorm, biases: .finalNormBias, Place("final norm"))
    let site = try options.head.resolved(columns: configuration.hiddenSize, name: "head")
    let matrix = try planner.add(
      MatrixSource(
        Place("head"), configuration.isHeadTied ? .embedding : .head, rows: configuration.vocabularyCount,
        columns: configuration.hiddenSize, diagonal: input.diagonal, shift: input.shift, site: site))
    return .logits(Head(norm: input.norm, site: site, matrix: matrix))
  }
}

extension TransformerConfiguration {
  /// Sizes beyond what a graph may claim are refused before any weight is read.
  fileprivate func checkSizes() throws(ImportError) {
    let sizes = [
      ("vocabulary", vocabularyCount, GraphLimits.vocabularyCount), ("hidden size", hiddenSize, GraphLimits.width),
      ("feed-forward size", feedForwardSize, GraphLimits.width), ("layers", layerCount, GraphLimits.layerCount),
      ("context", contextLength, GraphLimits.contextLength), ("heads", headCount, GraphLimits.headCount),
      ("head size", headSize, GraphLimits.headSize), ("experts", experts?.count ?? 1, GraphLimits.expertCount),
      ("expert size", experts?.size ?? 1, GraphLimits.width),
      ("shared expert's size", experts?.sharedSize ?? 1, GraphLimits.width),
    ]
    for (name, size, limit) in sizes where !(1...limit).contains(size) {
      throw .program(.illegal(place: Place(name), reason: "\(size), limit \(limit)"))
    }
  }
}
