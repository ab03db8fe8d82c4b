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

  private var calibrationPath: String { path + ".calibration" }
  private var uncheckedPath: String { path + ".unchecked" }

  /// - Returns: the program, opened at `path`.
  func write(
    _ parts: ProgramParts, usesKeyOffsets: Bool, expecting expected: Digest?, calibrate: CalibrationRun?
  ) throws(ImportError) -> Program {
    defer {
      unlink(calibrationPath)
      unlink(uncheckedPath)
    }
    var program = try writeFirst(parts, to: calibrate == nil ? uncheckedPath : calibrationPath)
    if let calibrate {
      report(.calibrating, 0)
      let statistics = try ImportError.naming(.calibrating) { try calibrate(program) }
      var parts = parts
      parts.graph = try StaticData.apply(statistics, to: plan.graph, usesKeyOffsets: usesKeyOffsets)
      try plan.check(parts.graph)
      program = try writeAgain(parts, from: program, to: uncheckedPath)
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
  private func writeAgain(_ parts: ProgramParts, from program: Program, to path: String) throws(ImportError) -> Program
  {
    try ImportError.naming(.writing(path: path)) {
      try ProgramWriter.write(parts, to: path) { _, matrix in
        let packed = program.weights(of: matrix)
        var weights: [Int8] = []
        weights.reserveCapacity(matrix.rows * matrix.columns)
        for row in 0..<matrix.rows { weights += packed.row(row) }
        report(.finishing, matrix.index + 1)
        return MatrixContent(weights: weights, scales: packed.scales, biases: packed.biases)
      }
    }
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
