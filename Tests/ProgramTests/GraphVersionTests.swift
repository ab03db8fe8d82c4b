import FileMapping
import Hashing
import Program
import ProgramTestSupport
import Testing

/// Version 1 of the graph section is written wherever it can say everything, version 2 elsewhere (SPEC.md, section 4).
@Suite struct GraphVersionTests {
  private static func graph(_ change: (inout ProgramRecipe) -> Void = { _ in }) -> Graph {
    var recipe = ProgramRecipe(seed: 12)
    recipe.vocabularyCount = 5
    recipe.hiddenSize = 8
    recipe.layerCount = 1
    recipe.contextLength = 8
    recipe.headCount = 2
    recipe.keyValueHeadCount = 1
    recipe.headSize = 4
    recipe.feedForwardWidth = 6
    change(&recipe)
    return RandomProgram(recipe).graph
  }

  private func version(_ graph: Graph) -> UInt8 { graph.encoded()[0] }

  @Test func graphsOfBothVersionsRoundTrip() throws {
    for seed in 0..<40 as Range<UInt64> {
      for recipe in [ProgramRecipe.random(seed: seed), .randomVariant(seed: seed), .randomEncoder(seed: seed)] {
        let graph = RandomProgram(recipe).graph
        #expect(try Graph(decoding: graph.encoded()) == graph)
        #expect(try Structure(decoding: graph.encoded()) == .transformer(graph))
      }
    }
  }

  @Test func theOldFormsAreVersionOne() {
    for seed in 0..<20 as Range<UInt64> { #expect(version(RandomProgram(ProgramRecipe.random(seed: seed)).graph) == 1) }
  }

  @Test func everyNewFormIsVersionTwo() {
    let changes: [(inout ProgramRecipe) -> Void] = [
      { $0.norm = .layer }, { $0.hasPostNorms = true }, { $0.hasPositions = true }, { $0.chunk = 3 },
      { $0.temperature = AttentionTemperature(step: 1, factors: [1 << 14]) }, { $0.body = .plain },
      { $0.body = .experts }, { $0.activation = .relu }, { $0.int4 = .inLayers }, { $0.pooling = .mean },
    ]
    for change in changes { #expect(version(Self.graph(change)) == 2) }
    #expect(version(Self.graph()) == 1)
  }

  @Test func aLayerNormOnTheHeadAloneIsVersionTwo() {
    var graph = Self.graph()
    if case .rms(let norm)? = graph.head?.norm { graph.head?.norm = .layer(norm) }
    #expect(version(graph) == 2)
    graph = Self.graph { $0.hasQueryKeyNorms = true }
    #expect(version(graph) == 1)
    graph.layers[0].attention.keyNorm?.isCentred = true
    #expect(version(graph) == 2)
  }

  @Test func aGraphOfVersionOneWrittenAsVersionTwoIsRefused() throws {
    // Two graphs that differ in the chunk's length alone show where it stands; a length of 0 is none.
    let (bytes, other) = (Self.graph { $0.chunk = 3 }.encoded(), Self.graph { $0.chunk = 4 }.encoded())
    let different = bytes.indices.filter { bytes[$0] != other[$0] }
    #expect(different.count == 1)
    var attack = bytes
    attack[different[0]] = 0
    #expect(
      throws: ProgramError.graph(ByteReaderError(.invalid("not the version that this graph is written in"), offset: 0))
    ) {
      try Graph(decoding: attack)
    }
  }

  @Test func aNewFormSmuggledIntoVersionOneIsRefused() throws {
    let bytes = Self.graph().encoded()
    // 28 bytes of counts, the start token, the embedding's 16; then attention's tag, and its norm's.
    let normTag = 28 + 4 + 16 + 1
    #expect(bytes[normTag - 1] == 1 && bytes[normTag] == 1)
    var attack = bytes
    attack[normTag] = 3
    #expect(throws: ProgramError.self) { try Graph(decoding: attack) }
    attack = bytes
    attack[28 + 4 + 8] = 2  // the embedding's format
    #expect(throws: ProgramError.self) { try Graph(decoding: attack) }
    attack = bytes
    attack[4] = 2  // an encoder
    #expect(throws: ProgramError.self) { try Graph(decoding: attack) }
  }

  @Test func unknownVersionsAndKindsAreRefused() {
    let bytes = Self.graph { $0.chunk = 3 }.encoded()
    for (offset, value) in [(0, 0), (0, 3), (1, 1), (4, 0), (4, 4), (4, 255), (7, 1)] as [(Int, UInt8)] {
      var attack = bytes
      attack[offset] = value
      #expect(throws: ProgramError.self) { try Structure(decoding: attack) }
    }
    #expect(throws: ProgramError.self) { try Structure(decoding: []) }
    #expect(throws: ProgramError.self) { try Structure(decoding: [2, 0, 0, 0, 3]) }
  }

  @Test func truncatedGraphsOfVersionTwoAreRefused() {
    for graph in Self.richGraphs {
      let bytes = graph.encoded()
      for count in bytes.indices { #expect(throws: ProgramError.self) { try Graph(decoding: Array(bytes[..<count])) } }
      #expect(throws: ProgramError.self) { try Graph(decoding: bytes + [0]) }
    }
  }

  @Test func mutatedGraphsOfVersionTwoNeverTrap() {
    for graph in Self.richGraphs {
      let bytes = graph.encoded()
      for index in bytes.indices {
        for value in [0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF] as [UInt8] where bytes[index] != value {
          var mutant = bytes
          mutant[index] = value
          if let graph = try? Graph(decoding: mutant) { #expect(graph.encoded() == mutant) }
        }
      }
    }
  }

  @Test func mutatedRunsOfBytesNeverTrap() {
    var random = RandomNumbers(seed: 91)
    for graph in Self.richGraphs {
      let bytes = graph.encoded()
      for _ in 0..<2000 {
        var mutant = bytes
        let start = Int.random(in: 0..<bytes.count, using: &random)
        for index in start..<min(start + Int.random(in: 1...8, using: &random), bytes.count) {
          mutant[index] = UInt8.random(in: 0...255, using: &random)
        }
        if let structure = try? Structure(decoding: mutant) { #expect(structure.encoded() == mutant) }
      }
    }
  }

  @Test func aTransformerIsNoNetwork() throws {
    let structure = Structure.transformer(Self.graph())
    #expect(throws: ProgramError.kind(needed: "network", found: "decoder")) { try structure.network }
    #expect(try structure.graph == Self.graph())
    let encoder = try RandomProgram(.randomEncoder(seed: 1)).program()
    #expect(throws: ProgramError.kind(needed: "decoder", found: "encoder")) { try Reference(encoder) }
    let decoder = try RandomProgram(.random(seed: 1)).program()
    #expect(throws: ProgramError.kind(needed: "encoder", found: "decoder")) {
      try ReferenceEncoder(decoder, tokens: [0])
    }
  }

  /// Together they have every field that version 2 adds.
  private static let richGraphs = [
    graph {
      $0.norm = .layer
      $0.hasPostNorms = true
      $0.hasPositions = true
      $0.hasBiases = true
      $0.chunk = 3
      $0.temperature = AttentionTemperature(step: 2, factors: [1 << 14, 1 << 15])
      $0.body = .experts
      $0.expertCount = 2
      $0.chosenCount = 1
      $0.hasSharedExpert = true
      $0.placement = .input
      $0.int4 = .inLayers
    },
    graph {
      $0.norm = .none
      $0.hasPostNorms = true
      $0.body = .plain
      $0.activation = .relu
      $0.pooling = .first
    },
  ]
}
