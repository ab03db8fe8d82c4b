import Glibc
import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// An encoder's vectors and cells are those of the slow interpreter, bit for bit, alone or beside other texts.
struct EncoderTests {
  private let options = TraceBuilder.Options(salt: SHA256.hash([6]), keepsCells: true)

  private func compare(_ recipe: ProgramRecipe, tokens: [UInt32]) throws {
    let program = try RandomProgram(recipe).program()
    let model = try Model(LoadedProgram(checking: program))
    let reference = try ReferenceEncoder(program, tokens: tokens)
    let dimensions = 1 + Int(recipe.seed) % recipe.hiddenSize
    let encoding = try Encoding(tokens, model: model, trace: options)
    try #require(encoding.vector == reference.embedding(), "seed \(recipe.seed)")
    let short = try Encoding(tokens, model: model, dimensions: dimensions)
    try #require(short.vector == reference.embedding(dimensions: dimensions) && short.traceRoot == .zero)
    let cells = tokens.indices.flatMap { position in
      (0..<recipe.layerCount).map { reference.cellHash(layer: $0, position: position, salt: options.salt) }
    }
    try #require(encoding.cells == cells, "seed \(recipe.seed)")
    let roots = tokens.indices.map {
      Merkle.root(of: cells[$0 * recipe.layerCount..<($0 + 1) * recipe.layerCount])
    }
    #expect(encoding.tokenRoots == roots && encoding.traceRoot == Merkle.root(of: roots))
  }

  @Test(arguments: 0..<UInt64(getenv("RAZAO_LONG_TESTS") == nil ? 60 : 2_000))
  func randomEncoders(seed: UInt64) throws {
    let recipe = ProgramRecipe.randomEncoder(seed: seed)
    let count = 1 + Int(seed * 7 % 30)
    try compare(recipe, tokens: .random(count, below: recipe.vocabularyCount, seed: seed))
  }

  @Test func aTextOfSeveralCacheBlocks() throws {
    let recipe = ProgramRecipe.randomEncoder(seed: 77)
    try compare(recipe, tokens: .random(96, below: recipe.vocabularyCount, seed: 1))
  }

  @Test(arguments: [1, 10, 40, 1000], [1, 3])
  func textsTogetherAreTextsAlone(rowLimit: Int, threads: Int) throws {
    var recipe = ProgramRecipe.wide(seed: 78)
    recipe.pooling = .mean
    recipe.norm = .layer
    let model = try Model(recipe)
    let requests = (0..<9).map { index in
      EncodingRequest(
        .random(1 + index * 5 % 23, below: 300, seed: UInt64(index)), dimensions: index.isMultiple(of: 2) ? nil : 17,
        trace: TraceBuilder.Options(salt: SHA256.hash([UInt8(index)])))
    }
    let together = try Encoding.batch(
      requests, model: model, parallel: Parallel(threadCount: threads), rowLimit: rowLimit)
    let alone = try requests.map {
      try Encoding($0.tokens, model: model, trace: $0.trace, dimensions: $0.dimensions)
    }
    #expect(together == alone && Set(together.map(\.traceRoot)).count == 9)
  }

  @Test func vectorsHaveUnitLength() throws {
    var recipe = ProgramRecipe(seed: 79)
    recipe.pooling = .mean
    let vector = try Encoding([1, 2, 3], model: Model(recipe)).vector
    let square = vector.reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
    #expect(abs(square - Int128(1) << 48) < Int128(1) << 36)
  }

  private func refusal(_ tokens: [UInt32], dimensions: Int? = nil, byteLimit: Int = 1 << 30) throws -> RuntimeError? {
    var recipe = ProgramRecipe(seed: 80)
    recipe.pooling = .first
    let model = try Model(recipe)
    do throws(RuntimeError) {
      _ = try Encoding(tokens, model: model, dimensions: dimensions, byteLimit: byteLimit)
      return nil
    } catch {
      return error
    }
  }

  @Test func badTextsAreRefused() throws {
    #expect(try refusal([1]) == nil)
    #expect(try refusal([]) == .emptyPrompt)
    #expect(try refusal([53]) == .unknownToken(53, vocabularyCount: 53))
    #expect(try refusal(Array(repeating: 1, count: 97)) == .contextOverflow(positions: 97, limit: 96))
    #expect(try refusal([1], dimensions: 0) == .illegalDimensions(0, limit: 32))
    #expect(try refusal([1], dimensions: 33) == .illegalDimensions(33, limit: 32))
    #expect(try refusal([1], dimensions: 32) == nil)
    guard case .cacheTooLarge = try refusal([1], byteLimit: 1000) else {
      Issue.record("a text that takes more memory than allowed")
      return
    }
  }

  @Test func encodersAndDecodersAreNotConfused() throws {
    var recipe = ProgramRecipe(seed: 81)
    #expect(throws: RuntimeError.notAnEncoder) { try Encoding([1], model: Model(recipe)) }
    recipe.pooling = .mean
    let encoder = try Model(recipe)
    #expect(throws: RuntimeError.notADecoder) { try TokenSequence(encoder).prefill([1]) }
    #expect(throws: RuntimeError.notADecoder) {
      try Generation(GenerationRequest(prompt: [1], maximumTokens: 1), model: encoder)
    }
  }
}
