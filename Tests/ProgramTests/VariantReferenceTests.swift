import FileMapping
import Hashing
import Program
import ProgramTestSupport
import Testing

/// What the forms of graph version 2 compute (SPEC.md, 3.10 to 3.14).
@Suite struct VariantReferenceTests {
  private static let tokens: [UInt32] = [3, 50, 7, 7, 21, 0, 44, 9, 13, 30]

  private func program(_ change: (inout ProgramRecipe) -> Void) throws -> Program {
    var recipe = ProgramRecipe(seed: 41)
    change(&recipe)
    return try RandomProgram(recipe).program()
  }

  /// Residuals out of the last layer, shape (positions, hiddenSize).
  private func residuals(_ program: Program, _ tokens: [UInt32] = Self.tokens) throws -> [[Int64]] {
    var reference = try Reference(program)
    return tokens.map { reference.append($0).last ?? [] }
  }

  @Test func anEncoderSeesWhatComesAfter() throws {
    let program = try program { $0.pooling = .mean }
    var changed = Self.tokens
    changed[9] = 31
    let (before, after) = (
      try ReferenceEncoder(program, tokens: Self.tokens).residuals[1],
      try ReferenceEncoder(program, tokens: changed).residuals[1]
    )
    #expect(zip(before, after).allSatisfy { $0 != $1 })
    let decoder = try self.program { _ in }
    #expect(try residuals(decoder).dropLast() == residuals(decoder, changed).dropLast())
  }

  @Test func anEncoderOfOneTokenIsADecoder() throws {
    let random = RandomProgram(ProgramRecipe(seed: 43))
    var graph = random.graph
    graph.output = .embedding(.first)
    let bytes = ProgramWriter.encode(ProgramParts(graph: graph)) { _, matrix in random.contents[matrix.index] }
    let encoder = try ReferenceEncoder(Program(MappedFile(name: "encoder", bytes: bytes)), tokens: [5])
    #expect(try encoder.residuals.last == residuals(random.program(), [5]))
  }

  @Test func vectorsHaveUnitLength() throws {
    for pooling in Pooling.allCases {
      let encoder = try ReferenceEncoder(program { $0.pooling = pooling }, tokens: Self.tokens)
      for dimensions in [1, 5, 31, 32] {
        let vector = encoder.embedding(dimensions: dimensions).map { Double($0) / 16_777_216 }
        #expect(vector.count == dimensions)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
      }
      #expect(encoder.embedding() == encoder.embedding(dimensions: 32))
    }
  }

  @Test func poolingIsTheMeanOrTheFirst() {
    let rows: [[Int64]] = [[3 << 16, 0], [0, 4 << 16], [0, 0]]
    func real(_ pooling: Pooling, _ rows: [[Int64]]) -> [Double] {
      pooling.pooled(rows, dimensions: 2).map { Double($0) / 16_777_216 }
    }
    #expect(zip(real(.mean, rows), [0.6, 0.8]).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(zip(real(.first, rows), [1, 0]).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(Pooling.mean.pooled([[0, 0]], dimensions: 2) == [0, 0])
    let great = Int64(1) << 46
    #expect(
      zip(real(.mean, [[great, -great], [great, -great]]), [0.70710678, -0.70710678]).allSatisfy { abs($0 - $1) < 1e-4 }
    )
  }

  @Test func positionsMakeOrderMatter() throws {
    func vector(_ tokens: [UInt32], positions: Bool) throws -> [Int32] {
      let program = try program {
        $0.pooling = .mean
        $0.hasPositions = positions
        $0.hasRotation = false
      }
      return try ReferenceEncoder(program, tokens: tokens).embedding()
    }
    let reversed = Array(Self.tokens.reversed())
    #expect(try vector(Self.tokens, positions: false) == vector(reversed, positions: false))
    #expect(try vector(Self.tokens, positions: true) != vector(reversed, positions: true))
  }

  @Test func chunksSeeNothingOfEachOther() throws {
    let program = try program {
      $0.chunk = 4
      $0.hasRotation = false
      $0.layerCount = 1
    }
    let all = try residuals(program)
    #expect(try residuals(program, Array(Self.tokens[4..<8])) == Array(all[4..<8]))
    #expect(try residuals(program, Array(Self.tokens[8...])) == Array(all[8...]))
    #expect(try residuals(program, Array(Self.tokens[3..<7])) != Array(all[3..<7]))
  }

  @Test func theLaterOfWindowAndChunkCounts() throws {
    let graph = try program {
      $0.chunk = 8
      $0.window = 3
    }.graph
    let attention = graph.layers[0].attention
    #expect((0..<12).map { attention.firstVisible(from: $0) } == [0, 0, 0, 1, 2, 3, 4, 5, 8, 8, 8, 9])
  }

  @Test func aTemperatureOfOneChangesNothing() throws {
    let plain = try residuals(program { _ in })
    #expect(try residuals(program { $0.temperature = .init(step: 3, factors: [1 << 14]) }) == plain)
    let grown = try residuals(program { $0.temperature = .init(step: 4, factors: [1 << 14, 1 << 16]) })
    // The first step ends with position 2: (2 + 1)/4 = 0.
    #expect(grown[..<3] == plain[..<3] && grown[3] != plain[3])
  }

  @Test func temperaturesStayAtTheirLastStep() {
    let temperature = AttentionTemperature(step: 4, factors: [16_384, 20_000, 30_000])
    #expect((0..<13).map { temperature.factor(at: $0) }.map { $0 / 10_000 } == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3])
  }

  /// With one expert and the whole weight, a mixture is its gated network.
  @Test func aMixtureOfOneIsAGatedNetwork() throws {
    for placement in [Experts.Placement.input, .output] {
      var recipe = ProgramRecipe(seed: 44)
      recipe.layerCount = 1
      recipe.body = .experts
      recipe.placement = placement
      (recipe.expertCount, recipe.chosenCount) = (1, 1)
      let mixture = RandomProgram(recipe)
      var graph = mixture.graph
      let experts = try #require(graph.layers[0].feedForward.experts)
      graph.layers[0].feedForward.body = .gated(experts.networks[0])
      graph.numberMatrices()
      var contents = mixture.contents
      contents.remove(at: experts.router.index)
      let bytes = ProgramWriter.encode(ProgramParts(graph: graph)) { _, matrix in contents[matrix.index] }
      let gated = try Program(MappedFile(name: "gated", bytes: bytes))
      try gated.checkContent()
      #expect(try residuals(gated) == residuals(mixture.program()))
    }
  }

  @Test func everyWeightingAndPlacementIsItsOwn() throws {
    var seen: Set<[Int64]> = []
    for weighting in Experts.Weighting.allCases {
      for placement in Experts.Placement.allCases {
        for shared in [false, true] {
          let program = try program {
            $0.layerCount = 1
            $0.body = .experts
            $0.weighting = weighting
            $0.placement = placement
            $0.hasSharedExpert = shared
          }
          seen.insert(try #require(try residuals(program).last))
        }
      }
    }
    #expect(seen.count == 12)
  }

  /// A router of zeros gives every expert the same logit: the first ones work.
  @Test func routersOfZerosChooseTheFirst() throws {
    var recipe = ProgramRecipe(seed: 45)
    recipe.layerCount = 1
    recipe.body = .experts
    let random = RandomProgram(recipe)
    let experts = try #require(random.graph.layers[0].feedForward.experts)
    func run(zeroing expert: Int?) throws -> [[Int64]] {
      let bytes = ProgramWriter.encode(random.parts) { place, matrix in
        var content = random.contents[matrix.index]
        let isZero =
          matrix.index == experts.router.index || expert.map { experts.networks[$0].down.index } == matrix.index
        if isZero { content.weights = content.weights.map { _ in 0 } }
        return content
      }
      return try residuals(Program(MappedFile(name: "zeros", bytes: bytes)))
    }
    let whole = try run(zeroing: nil)
    #expect(try run(zeroing: 0) != whole && run(zeroing: 1) != whole)
    #expect(try run(zeroing: 2) == whole && run(zeroing: 3) == whole)
  }

  @Test func cellsOfAnEncoder() throws {
    let program = try program { $0.pooling = .mean }
    let encoder = try ReferenceEncoder(program, tokens: Self.tokens)
    let salt = Merkle.leaf([1, 2, 3])
    var seen: Set<Digest> = []
    for layer in 0..<2 {
      for position in Self.tokens.indices {
        seen.insert(encoder.cellHash(layer: layer, position: position, salt: salt))
      }
    }
    #expect(seen.count == 20)
  }
}
