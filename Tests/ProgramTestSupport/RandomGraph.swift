import Program

extension Graph {
  /// The structure of a recipe; exponents and accumulator widths are settled with the weights.
  init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    let layers = (0..<recipe.layerCount).map { _ in
      Layer(attention: Attention(recipe, &random), feedForward: FeedForward(recipe, &random))
    }
    let output: GraphOutput
    if let pooling = recipe.pooling {
      output = .embedding(pooling)
    } else {
      let head = recipe.matrix(recipe.vocabularyCount, recipe.hiddenSize, fraction: 16)
      output = .logits(
        Head(
          norm: InputNorm(recipe, &random), site: recipe.site(recipe.headMode, columns: recipe.hiddenSize),
          matrix: head.with(recipe.int4 == .everywhere ? .int4 : .int8)))
    }
    self.init(
      vocabularyCount: recipe.vocabularyCount, hiddenSize: recipe.hiddenSize, contextLength: recipe.contextLength,
      stopTokens: recipe.stopTokens, startToken: nil, embedding: recipe.rows(recipe.vocabularyCount),
      positions: recipe.hasPositions ? recipe.rows(recipe.contextLength) : nil,
      embeddingNorm: FormedNorm(residual: recipe, &random), layers: layers, output: output)
  }
}

extension Matrix {
  fileprivate func with(_ format: Format) -> Matrix {
    var matrix = self
    matrix.format = format
    return matrix
  }
}

extension ProgramRecipe {
  func site(_ mode: QuantizerSite.Mode, columns: Int) -> QuantizerSite {
    QuantizerSite(block: hasHadamard ? QuantizerSite.largestBlock(columns: columns) : 1, mode: mode)
  }

  func matrix(_ rows: Int, _ columns: Int, fraction: Int) -> Matrix {
    Matrix(
      rows: rows, columns: columns, format: int4 == .nowhere ? .int8 : .int4, exponent: 0, outputFraction: fraction,
      hasBias: hasBiases, accumulatorWidth: 4)
  }

  fileprivate func rows(_ count: Int) -> Matrix {
    Matrix(rows: count, columns: hiddenSize, layout: .rows, exponent: 0, outputFraction: 16, accumulatorWidth: 4)
  }
}

extension InputNorm {
  fileprivate init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    switch recipe.norm {
    case .none: self = .none
    case .rms: self = .rms(RowScaleNorm(recipe, &random))
    case .layer:
      var norm = RowScaleNorm(recipe, &random)
      norm.epsilon *= UInt64(recipe.hiddenSize * recipe.hiddenSize)
      self = .layer(norm)
    }
  }
}

extension RowScaleNorm {
  fileprivate init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    let gains = (0..<recipe.hiddenSize).map { _ in
      Int8.random(in: 1...127, using: &random) * (random.oneIn(4) ? -1 : 1)
    }
    self.init(epsilon: UInt64(recipe.hiddenSize) * 42_950, gains: gains)
  }
}

extension FormedNorm {
  fileprivate init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    let gains = (0..<recipe.headSize).map { _ in Int16.random(in: -4000...4000, using: &random) }
    let biases = (0..<recipe.headSize).map { _ in Int64.random(in: -500...500, using: &random) }
    self.init(
      epsilon: UInt64(recipe.headSize) * 10, exponent: 10, outputFraction: 10, gains: gains,
      biases: recipe.hasBiases ? biases : [])
  }

  /// The norm after the embedding or a block; `nil` where the recipe has none.
  fileprivate init?(residual recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    guard recipe.hasPostNorms else { return nil }
    let (count, isCentred) = (recipe.hiddenSize, recipe.norm != .rms)
    let gains = (0..<count).map { _ in Int16.random(in: -4000...4000, using: &random) }
    let biases = (0..<count).map { _ in Int64.random(in: -5000...5000, using: &random) }
    self.init(
      isCentred: isCentred, epsilon: UInt64(isCentred ? count * count * count : count) * 42_950, exponent: 9,
      outputFraction: Graph.residualFraction, gains: gains, biases: recipe.hasBiases ? biases : [])
  }
}

extension Attention {
  fileprivate init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    let (width, size) = (recipe.headCount * recipe.headSize, recipe.headSize)
    let keyValueWidth = recipe.keyValueHeadCount * size
    let fraction = recipe.outputFraction
    let block = recipe.hasQueryKeyHadamard ? size : 1
    let theta: Float = random.oneIn(2) ? 10_000 : 500
    let offsets = (0..<keyValueWidth).map { _ in Int64.random(in: -1 << 24...1 << 24, using: &random) }
    self.init(
      norm: InputNorm(recipe, &random), inputSite: recipe.site(recipe.inputMode, columns: recipe.hiddenSize),
      headCount: recipe.headCount, keyValueHeadCount: recipe.keyValueHeadCount, headSize: size, window: recipe.window,
      chunk: recipe.chunk,
      query: recipe.matrix(width, recipe.hiddenSize, fraction: fraction),
      key: recipe.matrix(keyValueWidth, recipe.hiddenSize, fraction: fraction),
      value: recipe.matrix(keyValueWidth, recipe.hiddenSize, fraction: fraction),
      queryNorm: recipe.hasQueryKeyNorms ? FormedNorm(recipe, &random) : nil,
      keyNorm: recipe.hasQueryKeyNorms ? FormedNorm(recipe, &random) : nil,
      frequencies: recipe.hasRotation ? Rotation.frequencies(theta: theta, headSize: size) : nil,
      queryKeyBlock: block, queryLimbs: recipe.queryLimbs, keyLimbs: recipe.keyLimbs,
      scoreMantissa: Int64.random(in: 1 << 15..<1 << 16, using: &random),
      scoreExponent: 16 + bitLength(Int64(size)) / 2 + block.trailingZeroBitCount, valueCap: recipe.valueCap,
      temperature: recipe.temperature, keyOffsets: recipe.hasKeyOffsets ? offsets : nil,
      outputSite: recipe.site(recipe.outputMode, columns: width),
      output: recipe.matrix(recipe.hiddenSize, width, fraction: 16),
      postNorm: FormedNorm(residual: recipe, &random))
  }
}

extension FeedForward {
  fileprivate init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    let norm = InputNorm(recipe, &random)
    let body: Body =
      switch recipe.body {
      case .gated: .gated(recipe.gatedNetwork)
      case .plain: .plain(recipe.plainNetwork)
      case .experts: .experts(recipe.experts)
      }
    self.init(
      norm: norm, inputSite: recipe.site(recipe.feedForwardMode, columns: recipe.hiddenSize), body: body,
      postNorm: FormedNorm(residual: recipe, &random))
  }
}

extension ProgramRecipe {
  private var inner: Matrix { matrix(feedForwardWidth, hiddenSize, fraction: outputFraction) }
  private var down: Matrix { matrix(hiddenSize, feedForwardWidth, fraction: 16) }
  private var downSite: QuantizerSite { site(downMode, columns: feedForwardWidth) }

  fileprivate var gatedNetwork: GatedNetwork {
    GatedNetwork(gate: inner, up: inner, activation: activation, downSite: downSite, down: down)
  }

  fileprivate var plainNetwork: PlainNetwork {
    PlainNetwork(up: inner, activation: activation, downSite: downSite, down: down)
  }

  fileprivate var experts: Experts {
    var network = gatedNetwork
    network.down.hasBias = hasBiases && placement == .input
    return Experts(
      router: matrix(expertCount, hiddenSize, fraction: 16), chosenCount: chosenCount, weighting: weighting,
      placement: placement, networks: Array(repeating: network, count: expertCount),
      shared: hasSharedExpert ? gatedNetwork : nil)
  }
}
