import FileMapping
import Hashing
import Program
import ProgramTestSupport
import Testing

/// Roots that are made panel by panel are those of the rows, one after another (SPEC.md, section 6).
@Suite struct MatrixSweepTests {
  /// A program with one wide matrix, so that its rows are hashed in several chunks.
  private func program(width: Int, int4: Bool) throws -> Program {
    var recipe = ProgramRecipe(seed: UInt64(width))
    recipe.vocabularyCount = 71
    recipe.layerCount = 1
    recipe.feedForwardWidth = width
    recipe.hasBiases = true
    if int4 { recipe.int4 = .everywhere }
    return try RandomProgram(recipe).program()
  }

  @Test(arguments: [30, 46, 64, 16_384, 16_390, 33_000], [false, true])
  func aMatrixHashesToTheRootOfItsRows(_ width: Int, _ int4: Bool) throws {
    let program = try program(width: width, int4: int4)
    for (place, matrix) in try program.graph.matrices {
      let weights = program.weights(of: matrix)
      let expected = Merkle.root(of: (0..<matrix.rows).map { weights.rowHash($0) })
      #expect(weights.root() == expected, "\(place)")
      #expect(program.sections[matrix.index + 2].root == expected, "\(place)")
    }
    try program.checkContent()
  }

  /// Large enough to be shared out: roots and norms of the parts come together in order, and the first fault is the one
  /// that is named.
  @Test func partsOfALargeMatrixComeTogetherInOrder() throws {
    var recipe = ProgramRecipe(seed: 8)
    recipe.vocabularyCount = 20_000
    recipe.layerCount = 1
    let program = try RandomProgram(recipe).program()
    let (place, matrix) = try #require(try program.graph.matrices.last)
    #expect(matrix.rows * matrix.columns > 1 << 19)
    let weights = program.weights(of: matrix)
    #expect(weights.root() == Merkle.root(of: (0..<matrix.rows).map { weights.rowHash($0) }))
    var expected = RowNorms(matrix: matrix)
    for row in 0..<matrix.rows {
      expected.append(weights.row(row), scale: weights.scales[row], bias: weights.bias(row))
    }
    #expect(try program.checkMatrix(matrix, place) == expected)
    var bytes = program.file.allBytes
    let section = program.sections[matrix.index + 2]
    for row in [19_990, 5_000] { bytes[section.offset + row / 32 * 32 * matrix.columns + row % 32 * 4] = 0x80 }
    let broken = try Program(MappedFile(name: "broken", bytes: bytes))
    let error = #expect(throws: ProgramError.self) { try broken.checkMatrix(matrix, place) }
    #expect("\(error.map(\.description) ?? "")".contains("5000"), "\(error.map(\.description) ?? "")")
  }

  @Test func normsAreThoseOfTheRows() throws {
    let program = try program(width: 46, int4: true)
    for (place, matrix) in try program.graph.matrices {
      let weights = program.weights(of: matrix)
      var expected = RowNorms(matrix: matrix)
      for row in 0..<matrix.rows {
        let values = weights.row(row).map { Int64($0) }
        expected.append(weights.row(row), scale: weights.scales[row], bias: weights.bias(row))
        #expect(expected.sums[row] == values.reduce(0) { $0 + abs($1) })
        #expect(expected.maxima[row] == values.reduce(0) { max($0, abs($1)) })
        let squares = values.reduce(0) { $0 + $1 * $1 }
        #expect(expected.lengths[row] * expected.lengths[row] >= squares)
        #expect(squares == 0 || (expected.lengths[row] - 1) * (expected.lengths[row] - 1) < squares)
      }
      #expect(try program.checkMatrix(matrix, place) == expected)
    }
  }

  @Test func everyCountOfPackedHashesHasTheSameTree() {
    var hashes: [Digest] = []
    for count in 0..<70 {
      #expect(Merkle.root(ofPacked: hashes.flatMap(\.bytes)) == Merkle.root(of: hashes), "\(count)")
      hashes.append(SHA256.hash([UInt8(count)]))
    }
  }
}
