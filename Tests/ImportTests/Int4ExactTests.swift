import Checkpoints
import Program
import Testing

@testable import Import

/// Rows that integers represent exactly (docs/spec-import-int4.md, section 5).
@Suite struct Int4ExactTests {
  @Test func stepIsTheGreatestThatDividesARow() throws {
    let step = try #require(RowStep([0.75, -1.5, 0, 3], limit: 127))
    #expect(step.odd == 3 && step.power == -2 && step.greatest == 4)
    #expect([0.75, -1.5, 0, 3].map { step.multiple($0) } == [1, -2, 0, 4])
    let mixed = try #require(RowStep([0.75, 0.5], limit: 127))
    #expect(mixed.odd == 1 && mixed.power == -2 && mixed.greatest == 3)
  }

  @Test func stepNeedsSmallMultiples() {
    #expect(RowStep([127, 1], limit: 127)?.greatest == 127)
    #expect(RowStep([128, 1], limit: 127) == nil)
    #expect(RowStep([127, 1], limit: 126) == nil)
    #expect(RowStep([1, 0x1p-8], limit: 127) == nil)
    #expect(RowStep([0.1, 0.3], limit: 127) == nil)
    #expect(RowStep([0x1p-1000], limit: 127) == nil)
    #expect(RowStep([0x1p900, 0x1p-800], limit: 127) == nil)
    #expect(RowStep([4095], limit: 127)?.greatest == 1)
    #expect(RowStep([4097], limit: 127) == nil)
  }

  @Test func rowOfZerosHasScaleOne() throws {
    let step = try #require(RowStep([0, 0], limit: 127))
    #expect(step.greatest == 0 && step.scale(exponent: 50, limit: 127) == 1 && step.multiple(0) == 0)
  }

  @Test func scaleIsHalvedUntilItFits() throws {
    let step = try #require(RowStep([3, 9], limit: 127))
    #expect(step.scale(exponent: 0, limit: 127) == 3)
    #expect(step.scale(exponent: 10, limit: 127) == 3072)
    // 3 · 2^14 is halved four times: multiples of up to 48.
    #expect(step.scale(exponent: 14, limit: 127) == 3072)
    #expect(step.scale(exponent: 16, limit: 127) == nil)
    #expect(step.scale(exponent: -1, limit: 127) == nil)
    #expect(step.fits(exponent: 15, limit: 127) && !step.fits(exponent: 16, limit: 127))
    #expect(step.fits(exponent: -50, limit: 127))
  }

  @Test func productsOfASubscaleAndFourBits() throws {
    func isProduct(_ row: [Double]) throws -> Bool {
      Int4Rounding.areProducts(row, try #require(RowStep(row, limit: 126)))
    }
    #expect(try isProduct([1, -7, 3]))
    #expect(try !isProduct([1, 8]))
    #expect(try isProduct([2, 8, 14]))
    #expect(try isProduct([Double](repeating: 1, count: 32) + [126, 18]))
    #expect(try !isProduct([1, 12, 3]))
  }

  /// Hidden size 32, feed-forward size 64.
  private static func checkpoint(down: [Float], output: [Float]) -> MemoryCheckpoint {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.hiddenSize = 32
    checkpoint.configuration.headSize = 16
    checkpoint.configuration.feedForwardSize = 64
    checkpoint.replacements[.layer(0, .down)] = down
    checkpoint.replacements[.layer(1, .output)] = output
    return checkpoint
  }

  private static let microscaled: [Float] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

  /// MXFP4 values in rows whose blocks' powers differ by up to three.
  private static func microscaledRows(_ rows: Int, columns: Int) -> [Float] {
    var random = Int4Random(seed: 9)
    var values: [Float] = []
    for row in 0..<rows {
      for _ in 0..<columns / 32 {
        var power: Float = row % 2 == 0 ? 0x1p-9 : 0x1p-7
        for _ in 0..<random.next(in: 0...3) { power *= 2 }
        for _ in 0..<32 { values.append(power * microscaled[random.next(in: 0...15)]) }
      }
    }
    return values
  }

  /// Q4_0 values of rows with one scale each; without −8 where four bits with a sign are to hold them.
  private static func scaledNibbles(_ rows: Int, columns: Int, least: Int) -> [Float] {
    var random = Int4Random(seed: 5)
    return (0..<rows).flatMap { row in
      let scale = Float(1024 + 37 * row % 1024) * 0x1p-20
      return (0..<columns).map { _ in scale * Float(random.next(in: least...7)) }
    }
  }

  private func realRows(_ program: Program, _ matrix: Matrix) -> [Double] {
    let packed = program.weights(of: matrix)
    let unit = Naive.power(-matrix.exponent)
    return (0..<matrix.rows).flatMap { row in packed.row(row).map { Double($0) * Double(packed.scales[row]) * unit } }
  }

  private func options(block: Int) -> ImportOptions {
    var options = ImportOptions()
    options.feedForwardDown.block = block
    options.attentionOutput.block = block
    return options
  }

  @Test func microscaledRowsAreReproducedValueForValue() throws {
    let down = Self.microscaledRows(32, columns: 64)
    let output = Self.scaledNibbles(32, columns: 32, least: -8)
    try withTemporaryFolder { folder in
      var summary: ImportSummary?
      let program = try importProgram(
        of: Self.checkpoint(down: down, output: output), named: "exact", to: folder + "/program",
        options: options(block: 1), summary: { summary = $0 }, calibrate: nil)
      let feedForward = try #require(try program.graph.layers[0].feedForward.gated)
      let outputRows = try realRows(program, program.graph.layers[1].attention.output)
      let isDownExact = realRows(program, feedForward.down) == down.map { Double($0) }
      let isOutputExact = outputRows == output.map { Double($0) }
      #expect(isDownExact && isOutputExact)
      #expect(summary?.exactRows == 64 && summary?.int4Matrices == 0)
    }
  }

  @Test func rowsThatDoNotFitAreRoundedAndTheOthersStayExact() throws {
    var down = Self.microscaledRows(32, columns: 64)
    // Row 3 spans more octaves than seven bits have.
    (down[3 * 64], down[3 * 64 + 40]) = (12, 0x1p-7)
    try withTemporaryFolder { folder in
      var summary: ImportSummary?
      let program = try importProgram(
        of: Self.checkpoint(down: down, output: Self.scaledNibbles(32, columns: 32, least: -8)), named: "exact",
        to: folder + "/program", options: options(block: 1), summary: { summary = $0 }, calibrate: nil)
      let rows = realRows(program, try #require(try program.graph.layers[0].feedForward.gated).down)
      let exact = (0..<32).filter { row in
        (0..<64).allSatisfy { rows[row * 64 + $0] == Double(down[row * 64 + $0]) }
      }
      #expect(!exact.contains(3) && exact.count + 32 == summary?.exactRows)
    }
  }

  /// A step and a rounded row in one matrix: the exponent is the largest that gives both a scale.
  @Test func exponentLeavesRoomForSteps() throws {
    let steps = [RowStep([0.75, 0.0625], limit: 127), nil]
    // 12 · 2^−4 needs w · 2^−e = 2^−7, so e = 18 and w = 2^11; by its greatest value alone e would be 19.
    let scales = try #require(MatrixScales(maxima: [0.75, 0.5], steps: steps))
    #expect(scales.exponent == 18 && scales.rows == [2048, 1033] && scales.exactCount == 1)
    let plain = try #require(MatrixScales(maxima: [0.75, 0.5]))
    #expect(plain.exponent == 19 && plain.rows == [3097, 2065] && plain.exactCount == 0)
  }

  @Test func rowFarBelowTheOthersIsRounded() throws {
    let steps = [RowStep([12, 1], limit: 127), RowStep([0x3p-20, 0x1p-20], limit: 127)]
    let scales = try #require(MatrixScales(maxima: [12, 0x3p-20], steps: steps))
    #expect(scales.exponent == 14 && scales.rows == [2048, 1] && scales.exactCount == 1)
  }

  @Test func fourBitRowsAreExactWhereGroupsAreProducts() throws {
    let output = Self.scaledNibbles(32, columns: 32, least: -7)
    var options = options(block: 1)
    options.weightFormats.output = .int4
    try withTemporaryFolder { folder in
      var summary: ImportSummary?
      let program = try importProgram(
        of: Self.checkpoint(down: Self.microscaledRows(32, columns: 64), output: output), named: "exact",
        to: folder + "/program", options: options, summary: { summary = $0 }, calibrate: nil)
      let matrix = try program.graph.layers[1].attention.output
      #expect(matrix.format == .int4 && summary?.int4Matrices == 2)
      let isExact = realRows(program, matrix) == output.map { Double($0) }
      #expect(isExact)
      #expect((summary?.exactRows ?? 0) >= 64)
    }
  }
}
