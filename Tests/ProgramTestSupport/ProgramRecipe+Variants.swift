import Program

extension ProgramRecipe {
  /// A decoder that draws from every form that a graph may have, those of version 2 included.
  package static func randomVariant(seed: UInt64) -> ProgramRecipe {
    var recipe = random(seed: seed)
    var random = RandomNumbers(seed: seed ^ 0x7661_7269_616e_74)
    recipe.drawForms(&random)
    recipe.drawBody(&random)
    if random.oneIn(3) { recipe.chunk = Int.random(in: 1...20, using: &random) }
    if random.oneIn(3) { recipe.temperature = AttentionTemperature(&random) }
    return recipe
  }

  /// An encoder that draws from every form that one may have.
  package static func randomEncoder(seed: UInt64) -> ProgramRecipe {
    var recipe = random(seed: seed)
    var random = RandomNumbers(seed: seed ^ 0x656e_636f_6465_72)
    recipe.drawForms(&random)
    recipe.drawBody(&random)
    recipe.window = 0
    recipe.pooling = random.oneIn(3) ? .first : .mean
    return recipe
  }

  private mutating func drawForms(_ random: inout RandomNumbers) {
    norm = Norm.allCases[Int.random(in: 0..<3, using: &random)]
    hasPostNorms = norm == .none || random.oneIn(4)
    hasPositions = random.oneIn(2)
    int4 = Int4Use.allCases[Int.random(in: 0..<3, using: &random)]
  }

  private mutating func drawBody(_ random: inout RandomNumbers) {
    body = Body.allCases[Int.random(in: 0..<3, using: &random)]
    activation = FeedForward.Activation.allCases[Int.random(in: 0..<3, using: &random)]
    expertCount = Int.random(in: 1...6, using: &random)
    chosenCount = Int.random(in: 1...expertCount, using: &random)
    weighting = Experts.Weighting.allCases[Int.random(in: 0..<3, using: &random)]
    placement = random.oneIn(2) ? .input : .output
    hasSharedExpert = random.oneIn(2)
  }
}

extension AttentionTemperature {
  fileprivate init(_ random: inout RandomNumbers) {
    let count = Int.random(in: 1...5, using: &random)
    self.init(
      step: Int.random(in: 1...9, using: &random),
      factors: (0..<count).map { _ in UInt32.random(in: 1 << 13...1 << 17, using: &random) })
  }
}
