import Glibc
import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// The engine computes what the slow interpreter computes, bit for bit: logits, residuals, cache and cells.
struct EqualityTests {
  private func compare(_ recipe: ProgramRecipe, tokens count: Int = 24) throws {
    let program = try RandomProgram(recipe).program()
    let model = try Model(LoadedProgram(checking: program))
    var random = RandomNumbers(seed: recipe.seed)
    let salt = SHA256.hash([1, 2, 3])
    let sequence = TokenSequence(model, trace: TraceBuilder.Options(salt: salt, keepsCells: true))
    var reference = try Reference(program)
    for token in random.tokens(count, vocabularyCount: recipe.vocabularyCount) {
      let residuals = reference.append(token)
      let cells = residuals.indices.map { reference.cellHash(layer: $0, residual: residuals[$0], salt: salt) }
      let logits = try sequence.decode(token)
      try #require(logits == reference.logits(), "seed \(recipe.seed), position \(reference.count - 1)")
      try #require(sequence.trace?.cells.suffix(cells.count) == cells[...], "seed \(recipe.seed)")
    }
  }

  /// Sixty of them, or 5,000 with `scripts/test --long`.
  @Test(arguments: 0..<UInt64(getenv("RAZAO_LONG_TESTS") == nil ? 60 : 5_000))
  func randomPrograms(seed: UInt64) throws {
    try compare(.random(seed: seed))
  }

  /// Programs that draw from every form of a decoder: norms, positions, chunks, temperatures, networks, experts, int4.
  @Test(arguments: 0..<UInt64(getenv("RAZAO_LONG_TESTS") == nil ? 120 : 5_000))
  func randomVariants(seed: UInt64) throws {
    try compare(.randomVariant(seed: seed))
  }

  @Test(arguments: ProgramRecipe.Weights.allCases, QuantizerSite.Mode.allCases)
  func weightsAndModes(weights: ProgramRecipe.Weights, mode: QuantizerSite.Mode) throws {
    var recipe = ProgramRecipe(seed: 100)
    recipe.weights = weights
    (recipe.inputMode, recipe.outputMode, recipe.feedForwardMode) = (mode, mode, mode)
    (recipe.downMode, recipe.headMode) = (mode, mode)
    try compare(recipe)
  }

  @Test(arguments: [1, 2], [1, 2])
  func limbsOfQueriesAndKeys(query: Int, key: Int) throws {
    var recipe = ProgramRecipe(seed: 200)
    (recipe.queryLimbs, recipe.keyLimbs) = (query, key)
    recipe.hasQueryKeyHadamard = true
    recipe.hasKeyOffsets = true
    try compare(recipe)
  }

  @Test(arguments: [4, 5, 6])
  func hotValuesThatClamp(heat: Int) throws {
    var recipe = ProgramRecipe(seed: 300)
    recipe.heat = heat
    recipe.valueCap = 20
    recipe.weights = .extreme
    try compare(recipe)
  }

  @Test(arguments: [-6, -12, -30])
  func coldValuesThatVanish(heat: Int) throws {
    var recipe = ProgramRecipe(seed: 301)
    recipe.heat = heat
    try compare(recipe)
  }

  @Test(arguments: [QuantizerSite.Mode.blockShift, .twoLimbs])
  func sumsBeyond32Bits(mode: QuantizerSite.Mode) throws {
    var recipe = ProgramRecipe(seed: 400)
    recipe.feedForwardWidth = 1152
    recipe.weights = .extreme
    recipe.downMode = mode
    #expect(RandomProgram(recipe).graph.matrices.first { $0.place.name == "down" }?.matrix.accumulatorWidth == 8)
    try compare(recipe, tokens: 6)
  }

  @Test func narrowOperandsWithSumsBeyond32Bits() throws {
    var recipe = ProgramRecipe(seed: 401)
    recipe.hiddenSize = 2
    recipe.vocabularyCount = 5
    recipe.layerCount = 1
    recipe.feedForwardWidth = 133_152
    recipe.weights = .extreme
    #expect(RandomProgram(recipe).graph.matrices.first { $0.place.name == "down" }?.matrix.accumulatorWidth == 8)
    try compare(recipe, tokens: 3)
  }

  @Test(arguments: [1, 2, 7, 63, 64, 65])
  func windows(window: Int) throws {
    var recipe = ProgramRecipe(seed: 500)
    recipe.window = window
    try compare(recipe, tokens: 90)
  }
}
