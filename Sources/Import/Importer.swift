import Checkpoints
import FileMapping
import Glibc
import Hashing
import Program

/// How far an import is.
package struct ImportProgress: Sendable, Equatable {
  /// What is being done; the stages follow one another in this order.
  package enum Stage: String, Sendable, CaseIterable {
    case hashing, measuring, writing, calibrating, finishing, checking
  }

  package let stage: Stage
  /// Matrices done, of `total`.
  package let completed: Int
  package let total: Int
}

/// Turns a published model into a program file: the one place with floating point, and the same bits on every machine.
///
/// The rules are docs/spec-import.md. The model is read one range of rows at a time; beside that, one matrix of integers
/// is in memory. A file at `path` is replaced only by a program that passed every check.
/// - Parameters:
///   - source: a Hugging Face folder, a GGUF file or a llama2.c file.
///   - calibrate: gives the statistics for value caps and key offsets; `nil` leaves caps from the weights and no offsets.
///   - expected: a weights root or a program root; anything else is refused.
///   - threadCount: of no influence on the result.
///   - summary: told once what became of the rows of weights.
/// - Throws: `ImportError` with the place of what is wrong; nothing remains at `path` that was not there before.
/// - Complexity: about four passes over the weights, besides calibration.
package func importProgram(
  from source: String, to path: String, options: ImportOptions = ImportOptions(), expecting expected: Digest? = nil,
  threadCount: Int = ImportThreads.available, progress: ((ImportProgress) -> Void)? = nil,
  summary: ((ImportSummary) -> Void)? = nil, calibrate: CalibrationRun?
) throws(ImportError) -> Program {
  let checkpoint: any Checkpoint
  do { checkpoint = try openCheckpoint(source) } catch { throw .checkpoint(error) }
  return try importProgram(
    of: checkpoint, named: options.name ?? SourceRecord.defaultName(ofPath: source), to: path, options: options,
    expecting: expected, threadCount: threadCount, progress: progress, summary: summary, calibrate: calibrate)
}

/// The same for an opened checkpoint.
package func importProgram(
  of checkpoint: any Checkpoint, named name: String, to path: String, options: ImportOptions = ImportOptions(),
  expecting expected: Digest? = nil, threadCount: Int = ImportThreads.available,
  progress: ((ImportProgress) -> Void)? = nil, summary: ((ImportSummary) -> Void)? = nil,
  calibrate: CalibrationRun?
) throws(ImportError) -> Program {
  let total = GraphBuilder.matrixCount(checkpoint.configuration)
  let report = { (stage: ImportProgress.Stage, completed: Int) in
    progress?(ImportProgress(stage: stage, completed: completed, total: total)) ?? ()
  }
  report(.hashing, 0)
  let texts = try SourceTexts(checkpoint, replacement: options.tokenizerPath)
  let record = SourceRecord(
    name: name, options: options.json(isCalibrated: calibrate != nil),
    files: checkpoint.files.map { SourceFileRecord($0) } + texts.files)
  var builder = try GraphBuilder(checkpoint, options: options, threadCount: threadCount) { report(.measuring, $0) }
  let plan = try builder.plan()
  let parts = ProgramParts(
    graph: plan.graph, tokenizer: texts.tokenizer, template: texts.template, sources: record.encoded())
  let reader = MatrixReader(checkpoint: checkpoint, parallel: ParallelRows(threadCount: threadCount))
  let writer = StagedWriter(plan: plan, reader: reader, path: path, report: report) { summary?($0) }
  return try writer.write(parts, options: options, expecting: expected, calibrate: calibrate)
}

/// How many threads an import uses unless told otherwise.
package enum ImportThreads {
  package static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
