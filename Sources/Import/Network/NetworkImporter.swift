import Checkpoints
import FileMapping
import Glibc
import Hashing
import Program

/// Turns a published network for pictures or sequences into a program file, the same bits on every machine.
///
/// The rules are docs/spec-import-networks.md. A file at `path` is replaced only by a program that passed every check.
/// - Parameters:
///   - source: an ONNX file, or a Keras model exported to safetensors.
///   - expected: a weights root or a program root; anything else is refused.
/// - Throws: `ImportError` with the place of what is wrong; nothing remains at `path` that was not there before.
/// - Complexity: O(weights) in time and memory, whatever the count of processors.
package func importNetwork(
  from source: String, to path: String, options: NetworkImportOptions = NetworkImportOptions(),
  expecting expected: Digest? = nil, progress: ((ImportProgress) -> Void)? = nil
) throws(ImportError) -> Program {
  guard let opened = try openNetworkSource(source) else {
    throw .network(
      file: source, place: "the file", reason: "neither ONNX nor Keras in safetensors")
  }
  return try importNetwork(of: opened, to: path, options: options, expecting: expected, progress: progress)
}

/// The same for an opened source.
package func importNetwork(
  of source: NetworkSource, to path: String, options: NetworkImportOptions = NetworkImportOptions(),
  expecting expected: Digest? = nil, progress: ((ImportProgress) -> Void)? = nil
) throws(ImportError) -> Program {
  try options.check()
  var trained = source.trained
  trained.pixels = try options.pixelMap(channels: trained.input.shape.channels).followed(by: trained.pixels)
  trained.foldAffineOperators()
  let weightCounts = trained.operators.map { element in
    if case .linear(let linear) = element { linear.weights.count } else { 0 }
  }
  let limbs = options.weightLimbs(forWeights: weightCounts.reduce(0, +))
  let matrixCount = weightCounts.count { $0 > 0 }
  let report = { (stage: ImportProgress.Stage, completed: Int) in
    progress?(ImportProgress(stage: stage, completed: completed, total: matrixCount)) ?? ()
  }
  report(.hashing, 0)
  let labels = try options.labels(forLogits: trained.shapes.last?.count ?? 0)
  let record = SourceRecord(
    name: options.name ?? source.defaultName,
    options: options.json(limbs: limbs, labels: labels, dropped: trained.dropped),
    files: source.files.map { SourceFileRecord($0) })
  let builder = try NetworkBuilder(trained, options: options, limbs: limbs, labels: labels) { report(.measuring, $0) }
  let writer = NetworkWriter(plan: try builder.plan(), path: path)
  report(.writing, 0)
  let program = try writer.write(sources: record.encoded(), expecting: expected)
  report(.checking, matrixCount)
  return program
}

extension NetworkImportOptions {
  /// Those chosen; else decimals for several logits and none for one.
  fileprivate func labels(forLogits count: Int) throws(ImportError) -> [[UInt8]] {
    guard let labels else { return count > 1 ? (0..<count).map { Array("\($0)".utf8) } : [] }
    guard labels.isEmpty || labels.count == count else {
      throw .option(name: "labels", reason: "\(labels.count) for \(count) logits")
    }
    return labels.map { Array($0.utf8) }
  }
}

/// Writes a network program under its name once it is complete and checked.
private struct NetworkWriter {
  let plan: NetworkPlan
  let path: String

  private var uncheckedPath: String { path + ".unchecked" }

  func write(sources: [UInt8], expecting expected: Digest?) throws(ImportError) -> Program {
    defer { unlink(uncheckedPath) }
    let parts = ProgramParts(structure: .network(plan.network), sources: sources)
    let program = try ImportError.naming(.writing(path: uncheckedPath)) {
      try ProgramWriter.write(parts, to: uncheckedPath) { _, matrix in plan.contents[matrix.index] }
    }
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
