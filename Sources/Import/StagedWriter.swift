import FileMapping
import Glibc
import Hashing
import Program

/// Writes a program in stages: once for calibration, once with what calibration found, and under its name at the end.
struct StagedWriter {
  let plan: ProgramPlan
  let reader: MatrixReader
  let path: String
  let report: (ImportProgress.Stage, Int) -> Void
  let tell: (ImportSummary) -> Void

  private var calibrationPath: String { path + ".calibration" }
  private var uncheckedPath: String { path + ".unchecked" }

  /// - Returns: the program, opened at `path`.
  func write(
    _ parts: ProgramParts, options: ImportOptions, expecting expected: Digest?, calibrate: CalibrationRun?
  ) throws(ImportError) -> Program {
    defer {
      unlink(calibrationPath)
      unlink(uncheckedPath)
    }
    let isFirstFinal = calibrate == nil && !options.weightFormats.hasInt4
    var program = try writeFirst(parts, to: isFirstFinal ? uncheckedPath : calibrationPath)
    var graph = plan.graph
    var operands = RecordedOperands()
    if let calibrate {
      report(.calibrating, 0)
      let statistics = try ImportError.naming(.calibrating) { try calibrate(program) }
      graph = try StaticData.apply(statistics, to: graph, usesKeyOffsets: options.usesKeyOffsets)
      operands = statistics.operands
      if options.weightFormats.hasInt4, operands.rows.isEmpty {
        throw .calibration(reason: "matrices in format int4, and no operands were recorded")
      }
      try plan.check(graph)
    }
    if options.weightFormats.hasInt4 {
      let rounding = try Int4Rounding(plan, reader: reader, formats: options.weightFormats, operands: operands)
      program = try writeInt4(parts, rounding, graph, from: program)
    } else if !isFirstFinal {
      program = try writeAgain(parts, graph, from: program, to: uncheckedPath)
      tell(plan.summary)
    } else {
      tell(plan.summary)
    }
    return try finish(program, expecting: expected)
  }

  /// From the checkpoint.
  private func writeFirst(_ parts: ProgramParts, to path: String) throws(ImportError) -> Program {
    try ImportError.naming(.writing(path: path)) {
      try ProgramWriter.write(parts, to: path) { _, matrix in
        let planned = plan.matrices[matrix.index]
        let weights = try reader.weights(planned.source, planned.scales)
        report(.writing, matrix.index + 1)
        return MatrixContent(weights: weights, scales: planned.scales.rows, biases: planned.biases)
      }
    }
  }

  /// From the program that was calibrated: its weights are final.
  private func writeAgain(
    _ parts: ProgramParts, _ graph: Graph, from program: Program, to path: String
  ) throws(ImportError) -> Program {
    var parts = parts
    parts.structure = .transformer(graph)
    return try ImportError.naming(.writing(path: path)) {
      try ProgramWriter.write(parts, to: path) { _, matrix in
        report(.finishing, matrix.index + 1)
        return MatrixContent(copying: program.weights(of: matrix))
      }
    }
  }

  /// Int4 matrices from the checkpoint, the others from the program that was calibrated. Accumulators are known when all
  /// rows are, so where one is not as wide as expected the file is written once more.
  private func writeInt4(
    _ parts: ProgramParts, _ rounding: Int4Rounding, _ graph: Graph, from first: Program
  ) throws(ImportError) -> Program {
    let described = rounding.described(graph)
    var parts = parts
    parts.structure = .transformer(described)
    var cache = FactorCache()
    var summary = plan.summary
    var widths: [Int: Int] = [:]
    let program = try ImportError.naming(.writing(path: uncheckedPath)) {
      try ProgramWriter.write(parts, to: uncheckedPath) { _, matrix in
        report(.finishing, matrix.index + 1)
        let planned = plan.matrices[matrix.index]
        guard let (content, exactRows) = try rounding.content(of: matrix, cache: &cache) else {
          return MatrixContent(copying: first.weights(of: matrix))
        }
        summary.exactRows += exactRows - planned.scales.exactCount
        summary.int4Matrices += 1
        widths[matrix.index] = MatrixPlanner.accumulatorWidth(
          content, columns: matrix.columns, site: planned.source.site)
        return content
      }
    }
    tell(summary)
    var final = described
    final.updateMatrices { _, matrix in matrix.accumulatorWidth = widths[matrix.index] ?? matrix.accumulatorWidth }
    if final == described { return program }
    let second = try writeAgain(parts, final, from: program, to: calibrationPath)
    guard rename(calibrationPath, uncheckedPath) == 0 else {
      throw .output(path: uncheckedPath, reason: String(cString: strerror(errno)))
    }
    return second
  }

  /// Checks the written file, compares its roots, and gives it its name.
  private func finish(_ program: Program, expecting expected: Digest?) throws(ImportError) -> Program {
    report(.checking, 0)
    do { try program.checkContent() } catch { throw .program(error) }
    if let expected, expected != program.weightsRoot, expected != program.root {
      throw .root(expected: expected, weightsRoot: program.weightsRoot, programRoot: program.root)
    }
    guard rename(uncheckedPath, path) == 0 else {
      throw .output(path: path, reason: String(cString: strerror(errno)))
    }
    do { return try Program(path: path) } catch { throw .program(error) }
  }
}

extension MatrixContent {
  /// What a program has.
  fileprivate init(copying packed: PackedWeights) {
    var weights: [Int8] = []
    weights.reserveCapacity(packed.matrix.rows * packed.matrix.columns)
    for row in 0..<packed.matrix.rows { weights += packed.row(row) }
    self.init(
      weights: weights, scales: packed.scales, biases: packed.biases,
      groupScales: (0..<packed.matrix.rows).flatMap { packed.groupScales($0) })
  }
}
