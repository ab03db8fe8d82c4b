import Program

extension Graph {
  /// The structure of a recipe; exponents and accumulator widths are settled with the weights.
  init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    self.init(
      vocabularyCount: recipe.vocabularyCount, hiddenSize: recipe.hiddenSize, contextLength: recipe.contextLength,
      stopTokens: recipe.stopTokens, startToken: nil,
      embedding: Matrix(
        rows: recipe.vocabularyCount, columns: recipe.hiddenSize, layout: .rows, exponent: 0, outputFraction: 16,
        accumulatorWidth: 4),
      layers: (0..<recipe.layerCount).map { _ in
        Layer(attention: Attention(recipe, &random), feedForward: FeedForward(recipe, &random))
      },
      finalNorm: RowScaleNorm(recipe, &random),
      headSite: recipe.site(recipe.headMode, columns: recipe.hiddenSize),
      head: recipe.matrix(recipe.vocabularyCount, recipe.hiddenSize, fraction: 16))
  }
}

extension ProgramRecipe {
  func site(_ mode: QuantizerSite.Mode, columns: Int) -> QuantizerSite {
    QuantizerSite(block: hasHadamard ? QuantizerSite.largestBlock(columns: columns) : 1, mode: mode)
  }

  func matrix(_ rows: Int, _ columns: Int, fraction: Int) -> Matrix {
    Matrix(
      rows: rows, columns: columns, exponent: 0, outputFraction: fraction, hasBias: hasBiases, accumulatorWidth: 4)
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
      norm: RowScaleNorm(recipe, &random), inputSite: recipe.site(recipe.inputMode, columns: recipe.hiddenSize),
      headCount: recipe.headCount, keyValueHeadCount: recipe.keyValueHeadCount, headSize: size, window: recipe.window,
      query: recipe.matrix(width, recipe.hiddenSize, fraction: fraction),
      key: recipe.matrix(keyValueWidth, recipe.hiddenSize, fraction: fraction),
      value: recipe.matrix(keyValueWidth, recipe.hiddenSize, fraction: fraction),
      queryNorm: recipe.hasQueryKeyNorms ? FormedNorm(recipe, &random) : nil,
      keyNorm: recipe.hasQueryKeyNorms ? FormedNorm(recipe, &random) : nil,
      frequencies: recipe.hasRotation ? Rotation.frequencies(theta: theta, headSize: size) : nil,
      queryKeyBlock: block, queryLimbs: recipe.queryLimbs, keyLimbs: recipe.keyLimbs,
      scoreMantissa: Int64.random(in: 1 << 15..<1 << 16, using: &random),
      scoreExponent: 16 + bitLength(Int64(size)) / 2 + block.trailingZeroBitCount, valueCap: recipe.valueCap,
      keyOffsets: recipe.hasKeyOffsets ? offsets : nil,
      outputSite: recipe.site(recipe.outputMode, columns: width),
      output: recipe.matrix(recipe.hiddenSize, width, fraction: 16))
  }
}

extension FeedForward {
  fileprivate init(_ recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    let width = recipe.feedForwardWidth
    self.init(
      norm: RowScaleNorm(recipe, &random),
      inputSite: recipe.site(recipe.feedForwardMode, columns: recipe.hiddenSize),
      gate: recipe.matrix(width, recipe.hiddenSize, fraction: recipe.outputFraction),
      up: recipe.matrix(width, recipe.hiddenSize, fraction: recipe.outputFraction), activation: recipe.activation,
      downSite: recipe.site(recipe.downMode, columns: width),
      down: recipe.matrix(recipe.hiddenSize, width, fraction: 16))
  }
}

extension MatrixContent {
  init(_ matrix: Matrix, place: Place, recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    var weights: [Int8] = []
    weights.reserveCapacity(matrix.rows * matrix.columns)
    for _ in 0..<matrix.rows {
      let isZero = recipe.weights == .zero || recipe.weights == .sparse && random.oneIn(4)
      for _ in 0..<matrix.columns { weights.append(isZero ? 0 : recipe.weights.draw(&random)) }
    }
    let scales = (0..<matrix.rows).map { _ in UInt16.random(in: 1500...4095, using: &random) }
    let limit = Int64(1) << Int64(matrix.outputFraction - 1)
    let biases = (0..<matrix.rows).map { _ in Int64.random(in: -limit...limit, using: &random) }
    self.init(weights: weights, scales: scales, biases: matrix.hasBias ? biases : [])
  }
}

extension ProgramRecipe.Weights {
  fileprivate func draw(_ random: inout RandomNumbers) -> Int8 {
    switch self {
    case .even: Int8.random(in: -127...127, using: &random)
    case .extreme: random.oneIn(2) ? 127 : -127
    case .sparse: random.oneIn(3) ? Int8.random(in: -127...127, using: &random) : 0
    case .zero: 0
    }
  }
}
