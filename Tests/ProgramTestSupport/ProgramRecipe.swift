import Program

/// What a random program should look like: every option of SPEC.md, section 4, by name.
package struct ProgramRecipe: Sendable {
  /// How weights are drawn.
  package enum Weights: Sendable, CaseIterable {
    /// Evenly from −127…127.
    case even
    /// −127 or 127.
    case extreme
    /// Mostly zeros, some rows all zero.
    case sparse
    /// Nothing but zeros.
    case zero
  }

  /// The norm before each quantiser.
  package enum Norm: Sendable, CaseIterable {
    case rms, layer
    /// Only together with post-norms: bounds would not fit otherwise.
    case none
  }

  /// The body of each feed-forward block.
  package enum Body: Sendable, CaseIterable {
    case gated, plain, experts
  }

  /// Which matrices have four-bit weights.
  package enum Int4Use: Sendable, CaseIterable {
    case nowhere, inLayers, everywhere
  }

  package var seed: UInt64
  package var vocabularyCount = 53
  package var hiddenSize = 32
  package var layerCount = 2
  package var contextLength = 96
  package var headCount = 4
  package var keyValueHeadCount = 2
  package var headSize = 8
  package var feedForwardWidth = 48
  package var window = 0
  package var weights = Weights.even
  package var hasBiases = false
  package var hasQueryKeyNorms = false
  package var hasRotation = true
  package var hasQueryKeyHadamard = false
  package var hasKeyOffsets = false
  package var queryLimbs = 1
  package var keyLimbs = 1
  package var activation = FeedForward.Activation.silu
  package var hasHadamard = true
  package var inputMode = QuantizerSite.Mode.int8
  package var outputMode = QuantizerSite.Mode.int8
  package var feedForwardMode = QuantizerSite.Mode.int8
  package var downMode = QuantizerSite.Mode.int8
  package var headMode = QuantizerSite.Mode.int8
  /// Fraction bits of queries, keys, values, gates and ups.
  package var outputFraction = 10
  /// Powers of two by which outputs are greater than usual; lets values saturate.
  package var heat = 0
  package var valueCap = 8
  package var stopTokens: [UInt32] = []
  package var norm = Norm.rms
  /// Formed norms after the embedding and after every block; LayerNorms where `norm` is not RMS.
  package var hasPostNorms = false
  package var hasPositions = false
  package var chunk = 0
  package var temperature: AttentionTemperature?
  package var body = Body.gated
  package var expertCount = 4
  package var chosenCount = 2
  package var weighting = Experts.Weighting.softmaxOfChosen
  package var placement = Experts.Placement.output
  package var hasSharedExpert = false
  package var int4 = Int4Use.nowhere
  /// An encoder with this pooling; `nil` for a decoder.
  package var pooling: Pooling?
  package var tokenizer: [UInt8] = []
  package var template: [UInt8] = []
  package var sources: [UInt8] = []

  package init(seed: UInt64) {
    self.seed = seed
  }

  /// A recipe with every option drawn at random.
  package static func random(seed: UInt64) -> ProgramRecipe {
    var random = RandomNumbers(seed: seed)
    var recipe = ProgramRecipe(seed: seed)
    recipe.drawShape(&random)
    recipe.drawOptions(&random)
    recipe.drawModes(&random)
    return recipe
  }

  private mutating func drawShape(_ random: inout RandomNumbers) {
    vocabularyCount = Int.random(in: 5...70, using: &random)
    hiddenSize = [16, 24, 30, 32, 64][Int.random(in: 0..<5, using: &random)]
    layerCount = Int.random(in: 1...3, using: &random)
    keyValueHeadCount = Int.random(in: 1...3, using: &random)
    headCount = keyValueHeadCount * Int.random(in: 1...3, using: &random)
    headSize = [4, 6, 8, 16][Int.random(in: 0..<4, using: &random)]
    feedForwardWidth = [32, 46, 64, 128][Int.random(in: 0..<4, using: &random)]
    window = random.oneIn(3) ? Int.random(in: 1...20, using: &random) : 0
  }

  private mutating func drawOptions(_ random: inout RandomNumbers) {
    weights = random.oneIn(2) ? .even : Weights.allCases[Int.random(in: 0..<3, using: &random)]
    hasBiases = random.oneIn(2)
    hasQueryKeyNorms = random.oneIn(3)
    hasRotation = !random.oneIn(4)
    hasQueryKeyHadamard = headSize.nonzeroBitCount == 1 && random.oneIn(2)
    hasKeyOffsets = random.oneIn(2)
    queryLimbs = Int.random(in: 1...2, using: &random)
    keyLimbs = Int.random(in: 1...2, using: &random)
    activation = random.oneIn(2) ? .silu : .gelu
    hasHadamard = !random.oneIn(4)
    outputFraction = Int.random(in: 7...12, using: &random)
    heat = Int.random(in: -3...3, using: &random)
    valueCap = Int.random(in: 4...14, using: &random)
  }

  private mutating func drawModes(_ random: inout RandomNumbers) {
    func mode() -> QuantizerSite.Mode {
      let mode = QuantizerSite.Mode.allCases[Int.random(in: 0..<3, using: &random)]
      return mode == .blockShift && !hasHadamard ? .twoLimbs : mode
    }
    inputMode = mode()
    outputMode = mode()
    feedForwardMode = mode()
    downMode = mode()
    headMode = mode()
  }
}
