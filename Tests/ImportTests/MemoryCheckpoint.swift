import Checkpoints
import FileMapping
import Program

@testable import Import

/// A checkpoint whose numbers are made up in memory.
struct MemoryCheckpoint: Checkpoint {
  var configuration = TransformerConfiguration(
    family: "llama", hiddenSize: 8, layerCount: 2, headCount: 2, keyValueHeadCount: 1, headSize: 4,
    feedForwardSize: 12, vocabularyCount: 10, contextLength: 16, isHeadTied: true, bosToken: 1, eosTokens: [7, 2])
  /// Numbers that replace the made-up ones.
  var replacements: [TensorRole: [Float]] = [:]

  var files: [SourceFile] { [SourceFile(name: "weights", content: MappedFile(name: "weights", bytes: [1, 2, 3]))] }
  var companions: [SourceFile] { [] }

  func has(_ role: TensorRole) -> Bool { configuration.tensorRoles.contains(role) }

  func shape(of role: TensorRole) throws(CheckpointError) -> [Int] { configuration.shape(of: role) }

  /// All numbers of a role: irregular, of both signs, different for every role.
  func values(_ role: TensorRole) -> [Float] {
    if let replacement = replacements[role] { return replacement }
    let count = configuration.shape(of: role).reduce(1, *)
    var state = UInt32(truncatingIfNeeded: (configuration.tensorRoles.firstIndex(of: role) ?? 0) + 1) &* 2_654_435_761
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Int32(bitPattern: state) >> 8) * 0x1p-26
    }
  }

  func rows(_ role: TensorRole, _ range: Range<Int>) throws(CheckpointError) -> [Float] {
    let values = values(role)
    let width = values.count / configuration.shape(of: role)[0]
    return Array(values[range.lowerBound * width..<range.upperBound * width])
  }
}

/// Imports a checkpoint made up in memory and hands its program to a body.
func withProgram<Result>(
  _ checkpoint: MemoryCheckpoint, options: ImportOptions = ImportOptions(), threadCount: Int = 1,
  calibrate: CalibrationRun? = nil, _ body: (Program) throws -> Result
) throws -> Result {
  try withTemporaryFolder { folder in
    try body(
      importProgram(
        of: checkpoint, named: "made up", to: folder + "/program", options: options, threadCount: threadCount,
        calibrate: calibrate))
  }
}

/// The error that an import ends with; `nil` when it succeeds.
func importError(_ checkpoint: MemoryCheckpoint, options: ImportOptions = ImportOptions()) -> ImportError? {
  do {
    try withProgram(checkpoint, options: options) { _ in }
    return nil
  } catch {
    return error as? ImportError
  }
}
