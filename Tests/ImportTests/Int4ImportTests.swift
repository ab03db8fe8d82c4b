import Checkpoints
import Program
import StrictJSON
import Testing

@testable import Import

/// Whole programs with int4 matrices.
@Suite struct Int4ImportTests {
  private static var checkpoint: MemoryCheckpoint {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.hiddenSize = 64
    checkpoint.configuration.headSize = 32
    checkpoint.configuration.feedForwardSize = 100
    return checkpoint
  }

  private static var options: ImportOptions {
    var options = ImportOptions()
    options.weightFormats = .init(layers: .int4)
    return options
  }

  /// Operands made up for every matrix, and what else a calibration tells.
  private func madeUp(_ program: Program) throws -> CalibrationStatistics { try statistics(program) }

  private func statistics(_ program: Program, columns: Int? = nil) throws -> CalibrationStatistics {
    var operands = RecordedOperands()
    for (_, matrix) in try program.graph.matrices {
      operands.keepers[matrix.index] = matrix.index
      operands.rows[matrix.index] = Int4FeedbackTests.operands(
        columns: columns ?? matrix.columns, count: 40, seed: UInt64(matrix.index))
    }
    let layers = try program.graph.layers.map { layer in
      CalibrationStatistics.LayerStatistics(
        valueMaximum: 1 << 12,
        keys: (0..<layer.attention.key.rows).map { _ in .init(sum: 400, minimum: 0, maximum: 20) })
    }
    return CalibrationStatistics(layers: layers, positionCount: 40, operands: operands)
  }

  private func importing(
    _ options: ImportOptions = Self.options, threads: Int = 1, calibrate: CalibrationRun?,
    _ body: (Program, ImportSummary?) throws -> Void = { _, _ in }
  ) throws {
    try withTemporaryFolder { folder in
      var summary: ImportSummary?
      let program = try importProgram(
        of: Self.checkpoint, named: "int4", to: folder + "/program", options: options, threadCount: threads,
        summary: { summary = $0 }, calibrate: calibrate)
      try body(program, summary)
    }
  }

  @Test func chosenMatricesAreInt4AndTheRestInt8() throws {
    try importing(calibrate: madeUp) { program, summary in
      for (place, matrix) in try program.graph.matrices {
        let isInt4 = place.name != "embedding" && place.name != "head"
        #expect(matrix.format == (isInt4 ? .int4 : .int8), "\(place)")
      }
      #expect(summary?.int4Matrices == 14)
      #expect(try program.graph.layers.allSatisfy { $0.attention.keyOffsets != nil })
    }
    var one = ImportOptions()
    one.weightFormats.down = .int4
    one.weightFormats.head = .int4
    try importing(one, calibrate: madeUp) { program, _ in
      let names = try program.graph.matrices.filter { $0.matrix.format == .int4 }.map(\.place.name)
      #expect(names == ["down", "down", "head"])
    }
  }

  @Test func weightsAreThoseOfTheFeedback() throws {
    let checkpoint = Self.checkpoint
    try importing(calibrate: madeUp) { program, _ in
      let matrix = try program.graph.layers[1].attention.output
      let packed = program.weights(of: matrix)
      let rows = Naive.rows(checkpoint.values(.layer(1, .output)), columns: 64, diagonal: nil, block: 64)
      let maxima = rows.map { $0.map(abs).max() ?? 0 }
      let steps = maxima.map { ($0 * Naive.power(matrix.exponent) / 126).rounded(.up) }
      #expect(packed.scales.map { Double($0) } == steps)
      #expect(maxima.contains { ($0 * Naive.power(matrix.exponent + 1) / 126).rounded(.up) > 4095 })
      let operands = Int4FeedbackTests.operands(columns: 64, count: 40, seed: UInt64(matrix.index))
      let hessian = try OperandHessian(operands, place: Place("test"), parallel: ParallelRows(threadCount: 1))
      let targets = zip(rows, steps).flatMap { row, scale in row.map { $0 * Naive.power(matrix.exponent) / scale } }
      let expected = ErrorFeedback(factor: HessianFactor(hessian)).round(targets)
      #expect((0..<matrix.rows).flatMap { packed.row($0) } == expected.weights)
      #expect((0..<matrix.rows).flatMap { packed.groupScales($0) } == expected.subscales)
    }
  }

  @Test func threadsHaveNoInfluence() throws {
    var roots: Set<String> = []
    for threads in 1...3 {
      try importing(threads: threads, calibrate: madeUp) { program, _ in roots.insert(program.root.hex) }
    }
    #expect(roots.count == 1)
  }

  /// Two limbs and 640 columns: the greatest weights would need accumulators of eight bytes, those that there are do not.
  @Test func accumulatorsAreAsNarrowAsTheWeightsAllow() throws {
    var checkpoint = Self.checkpoint
    checkpoint.configuration.feedForwardSize = 640
    var options = ImportOptions()
    options.weightFormats.down = .int4
    options.feedForwardDown.mode = .twoLimbs
    try withTemporaryFolder { folder in
      let program = try importProgram(
        of: checkpoint, named: "narrow", to: folder + "/program", options: options, calibrate: nil)
      let down = try #require(try program.graph.layers[1].feedForward.gated).down
      let packed = program.weights(of: down)
      let sums = (0..<down.rows).map { row in packed.row(row).reduce(0) { $0 + Int($1.magnitude) } }
      #expect(down.format == .int4 && 126 * 640 * 32_767 >= 1 << 31)
      #expect((sums.max() ?? 0) * 32_767 < 1 << 31 && down.accumulatorWidth == 4)
    }
  }

  @Test func withoutCalibrationRowsAreRoundedPlainly() throws {
    try importing(calibrate: nil) { program, _ in
      let matrix = try program.graph.layers[0].attention.query
      #expect(try matrix.format == .int4 && program.graph.layers[0].attention.keyOffsets == nil)
    }
  }

  @Test func calibrationWithoutOperandsIsRefused() {
    let reason = "matrices in format int4, and no operands were recorded"
    #expect(throws: ImportError.calibration(reason: reason)) {
      try importing(calibrate: { program in
        var statistics = try statistics(program)
        statistics.operands = RecordedOperands()
        return statistics
      })
    }
  }

  @Test func operandsOfAnotherWidthAreRefused() {
    #expect(throws: ImportError.calibration(reason: "layer 0, query: operands of 63 columns, not 64")) {
      try importing(calibrate: { try statistics($0, columns: 63) })
    }
  }

  @Test func matrixThatWasNeverUsedIsRoundedPlainly() throws {
    let calibrate = { (program: Program) throws -> CalibrationStatistics in
      var statistics = try statistics(program)
      let query = try program.graph.layers[0].attention.query
      statistics.operands.keepers[query.index] = nil
      return statistics
    }
    try importing(calibrate: calibrate) { program, _ in
      let query = try program.graph.layers[0].attention.query
      #expect(query.format == .int4)
    }
  }

  @Test func formatsAreRecordedWhereTheyAreNotTheDefault() throws {
    #expect(ImportOptions().json(isCalibrated: true)["weightFormats"] == nil)
    let text = """
      {"query":"int4","key":"int4","value":"int4","output":"int4","gate":"int4","up":"int4","down":"int4","head":"int8"}
      """
    let json = Self.options.json(isCalibrated: true)
    #expect(json["weightFormats"]?.text == text)
    #expect(json.object?.members.last?.name == "weightFormats")
  }

  @Test func placesOfExpertsHaveTheirFormats() {
    let formats = ImportOptions.WeightFormats(layers: .int4)
    #expect(formats[Place("gate", layer: 0)] == .int4 && formats[Place("shared down", layer: 3)] == .int4)
    #expect(formats[Place("router", layer: 0)] == .int8 && formats[Place("positions")] == .int8)
    #expect(formats[Place("embedding")] == .int8 && formats[Place("head")] == .int8)
  }
}
