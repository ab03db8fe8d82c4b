import FileMapping
import Hashing
import Program
import ProgramTestSupport
import Testing

@Suite struct ProgramFileTests {
  /// The smallest program that has everything a file can have: biases, offsets, norms, all three information sections.
  private static let toy: RandomProgram = {
    var recipe = ProgramRecipe(seed: 3)
    recipe.vocabularyCount = 5
    recipe.hiddenSize = 8
    recipe.layerCount = 1
    recipe.contextLength = 8
    recipe.headCount = 2
    recipe.keyValueHeadCount = 1
    recipe.headSize = 4
    recipe.feedForwardWidth = 6
    recipe.hasBiases = true
    recipe.hasKeyOffsets = true
    recipe.hasQueryKeyNorms = true
    recipe.stopTokens = [1, 4]
    recipe.tokenizer = [1, 2, 3]
    recipe.template = Array("{{ x }}".utf8)
    recipe.sources = Array(#"{"name":"toy"}"#.utf8)
    return RandomProgram(recipe)
  }()

  private func check(_ bytes: [UInt8]) throws(ProgramError) {
    try Program(MappedFile(name: "toy", bytes: bytes)).checkContent()
  }

  @Test func aWrittenProgramIsWhole() throws {
    let bytes = Self.toy.bytes
    try check(bytes)
    let program = try Self.toy.program()
    #expect(try program.graph == Self.toy.graph)
    #expect(program.tokenizer == [1, 2, 3])
    #expect(program.template == Array("{{ x }}".utf8))
    for (_, matrix) in try program.graph.matrices {
      let weights = program.weights(of: matrix)
      let content = Self.toy.contents[matrix.index]
      #expect((0..<matrix.rows).flatMap { weights.row($0) } == content.weights)
      #expect(weights.scales == content.scales && weights.biases == content.biases)
    }
  }

  @Test func anyChangedByteIsFound() throws {
    let bytes = Self.toy.bytes
    var unnoticed: [Int] = []
    for index in bytes.indices {
      // One bit for most bytes, so that a wrong value is as close as it can be; every bit now and then.
      var mutant = bytes
      mutant[index] ^= index % 16 == 0 ? 0xFF : 1 << UInt8(index % 8)
      if (try? check(mutant)) != nil { unnoticed.append(index) }
    }
    #expect(unnoticed.isEmpty)
  }

  @Test func anyTruncationIsFound() throws {
    let bytes = Self.toy.bytes
    for count in stride(from: 0, to: bytes.count, by: 97) {
      #expect(throws: ProgramError.self) { try check(Array(bytes[..<count])) }
    }
    #expect(throws: ProgramError.self) { try check(bytes + [0]) }
  }

  @Test func claimedSizesAreNeverAllocated() throws {
    let bytes = Self.toy.bytes
    for offset in 16..<bytes.count where offset < 700 {
      for value in [0x7F, 0x80, 0xFF] as [UInt8] {
        var mutant = bytes
        for index in offset..<min(offset + 8, bytes.count) { mutant[index] = value }
        #expect(throws: ProgramError.self) { try check(mutant) }
      }
    }
  }

  @Test func theRootsComeFromTheContent() throws {
    let program = try Self.toy.program()
    var recipe = Self.toy.recipe
    recipe.sources = Array(#"{"name":"other"}"#.utf8)
    let renamed = try RandomProgram(recipe).program()
    #expect(renamed.weightsRoot == program.weightsRoot)
    #expect(renamed.root != program.root)
    recipe.seed = 4
    #expect(try RandomProgram(recipe).program().weightsRoot != program.weightsRoot)
  }

  /// Rows of more than 16,384 columns are subtrees of chunks, so that one chunk can be opened alone.
  @Test func wideRowsAreSubtreesOfChunks() throws {
    var recipe = ProgramRecipe(seed: 6)
    recipe.hiddenSize = 8
    recipe.headSize = 4
    recipe.headCount = 2
    recipe.layerCount = 1
    recipe.feedForwardWidth = 16_400
    recipe.weights = .sparse
    let random = RandomProgram(recipe)
    let program = try random.program()
    let down = try #require(try program.graph.layers[0].feedForward.gated?.down)
    let weights = program.weights(of: down)
    let row = weights.row(3).map { UInt8(bitPattern: $0) }
    var head = ByteWriter()
    head.write(weights.scales[3])
    head.write(Int64(0))
    let first = Merkle.leaf(head.bytes + row[..<16_384])
    let second = Merkle.leaf(row[16_384...])
    #expect(weights.rowHash(3) == Merkle.node(first, second))
  }

  @Test func graphsRoundTrip() throws {
    for seed in 0..<20 as Range<UInt64> {
      let graph = RandomProgram(ProgramRecipe(seed: seed)).graph
      #expect(try Graph(decoding: graph.encoded()) == graph)
    }
  }

  @Test func truncatedGraphsAreRefused() throws {
    let bytes = Self.toy.graph.encoded()
    for count in bytes.indices { #expect(throws: ProgramError.self) { try Graph(decoding: Array(bytes[..<count])) } }
    #expect(throws: ProgramError.self) { try Graph(decoding: bytes + [0]) }
  }

  @Test func mutatedGraphsNeverTrap() throws {
    let bytes = Self.toy.graph.encoded()
    for index in bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var mutant = bytes
        mutant[index] = value
        if let graph = try? Graph(decoding: mutant) { #expect(graph.encoded() == mutant) }
      }
    }
  }
}
