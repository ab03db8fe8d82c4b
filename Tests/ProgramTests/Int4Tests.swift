import FileMapping
import Hashing
import Program
import ProgramTestSupport
import Testing

/// The second weight format: products of a group's scale and four bits (SPEC.md, section 6).
@Suite struct Int4Tests {
  /// 48 × 40 matrices: rows and columns of padding in every panel.
  private static let random: RandomProgram = {
    var recipe = ProgramRecipe(seed: 31)
    recipe.hiddenSize = 40
    recipe.layerCount = 1
    recipe.int4 = .everywhere
    recipe.hasBiases = true
    return RandomProgram(recipe)
  }()

  private static let bytes = random.bytes

  /// The gate's section within the file.
  private func gate() throws -> (matrix: Matrix, range: Range<Int>) {
    let program = try Self.random.program()
    let matrix = try #require(try program.graph.layers[0].feedForward.gated?.gate)
    return (matrix, program.sections[matrix.index + 2].range)
  }

  private func check(_ change: (inout [UInt8]) throws -> Void) throws -> ProgramError? {
    var bytes = Self.bytes
    try change(&bytes)
    do {
      try Program(MappedFile(name: "attack", bytes: bytes)).checkContent()
      return nil
    } catch {
      return error
    }
  }

  @Test func aProgramOfFourBitsIsTaken() throws {
    #expect(try check { _ in } == nil)
  }

  @Test func contentComesBack() throws {
    let program = try Self.random.program()
    for (_, matrix) in try program.graph.matrices {
      let (weights, content) = (program.weights(of: matrix), Self.random.contents[matrix.index])
      #expect((0..<matrix.rows).flatMap { weights.row($0) } == content.weights)
      #expect((0..<matrix.rows).flatMap { weights.groupScales($0) } == content.groupScales)
      #expect(weights.scales == content.scales && weights.biases == content.biases)
    }
  }

  /// Every byte where SPEC.md says it is.
  @Test func blocksLieAsSpecified() throws {
    let (matrix, range) = try gate()
    let content = Self.random.contents[matrix.index]
    let (blocks, panels) = ((matrix.columns + 31) / 32, (matrix.rows + 31) / 32)
    var expected = [UInt8](repeating: 0, count: panels * blocks * 544)
    for row in 0..<panels * 32 {
      for block in 0..<blocks {
        let start = (row / 32 * blocks + block) * 544
        let scale = row < matrix.rows ? content.groupScales[row * blocks + block] : 1
        expected[start + row % 32] = scale
        for column in block * 32..<min(block * 32 + 32, matrix.columns) where row < matrix.rows {
          let value = Int(content.weights[row * matrix.columns + column]) / Int(scale)
          let (group, c) = (column % 32 / 4, column % 4)
          let offset = start + 32 + group / 2 * 128 + row % 32 * 4 + c
          expected[offset] |= UInt8(truncatingIfNeeded: value & 15) << (group % 2 == 0 ? 0 : 4)
        }
      }
    }
    #expect(Array(Self.bytes[range].prefix(expected.count)) == expected)
    #expect(Self.bytes[range].count == (expected.count + 2 * matrix.rows + 7) / 8 * 8 + 8 * matrix.rows)
  }

  @Test func groupScalesAreUnderTheRoot() throws {
    let (matrix, _) = try gate()
    let weights = try Self.random.program().weights(of: matrix)
    var head = ByteWriter()
    head.write(weights.scales[5])
    head.write(weights.bias(5))
    let row = Merkle.leaf(head.bytes + weights.row(5).map { UInt8(bitPattern: $0) })
    #expect(weights.rowHash(5) == Merkle.node(row, Merkle.leaf(weights.groupScales(5))))
  }

  @Test func aGroupScaleOf0Or19() throws {
    let (matrix, range) = try gate()
    for scale in [0, 19, 255] as [UInt8] {
      let error = try check { $0[range.lowerBound + 544 + 7] = scale }
      guard case .weights(Place("gate", layer: 0), row: 7, _)? = error else {
        Issue.record("\(String(describing: error)) of \(matrix)")
        return
      }
    }
  }

  @Test func aFourBitWeightOfMinus8() throws {
    let (_, range) = try gate()
    for byte in [0x08, 0x80, 0x88] as [UInt8] {
      let error = try check { $0[range.lowerBound + 32 + 9 * 4] = byte }
      guard case .weights(Place("gate", layer: 0), row: 9, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func paddingThatIsNot() throws {
    let (matrix, range) = try gate()
    let panel = 2 * 544
    let lastRow = matrix.rows % 32
    // σ of a row beyond the last, c of such a row, c of a column beyond the last.
    for offset in [panel + lastRow, panel + 32 + lastRow * 4, 544 + 32 + 128] {
      let error = try check { $0[range.lowerBound + offset] ^= 3 }
      #expect(error == .padding(offset: range.lowerBound + offset))
    }
  }

  @Test func sigmaAndNibblesThatMultiplyToTheSameWeights() throws {
    // σ doubled and every c halved give the same products: only the root can tell.
    var recipe = ProgramRecipe(seed: 31)
    recipe.hiddenSize = 40
    recipe.layerCount = 1
    recipe.int4 = .everywhere
    let random = RandomProgram(recipe)
    let parts = random.parts
    func root(_ scale: UInt8) throws -> Digest {
      let bytes = ProgramWriter.encode(parts) { _, matrix in
        var content = random.contents[matrix.index]
        if matrix.format == .int4 {
          content.weights = content.weights.map { $0 % 4 * 6 }
          content.groupScales = content.groupScales.map { _ in scale }
        }
        return content
      }
      return try Program(MappedFile(name: "scaled", bytes: bytes)).weightsRoot
    }
    #expect(try root(3) != root(6))
  }

  @Test func anyChangedByteOfASectionIsFound() throws {
    let (_, range) = try gate()
    let program = try Self.random.program()
    let matrix = try #require(try program.graph.layers[0].feedForward.gated?.gate)
    var unnoticed: [Int] = []
    for index in range {
      var mutant = Self.bytes
      mutant[index] ^= index % 16 == 0 ? 0xFF : 1 << UInt8(index % 8)
      let opened = try Program(MappedFile(name: "mutant", bytes: mutant))
      if (try? opened.checkMatrix(matrix, Place("gate", layer: 0))) != nil { unnoticed.append(index) }
    }
    #expect(unnoticed.isEmpty)
  }
}
