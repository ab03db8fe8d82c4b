import FileMapping
import Hashing
import Program

/// A program whose every byte has been checked; the only thing that a model is made from.
package struct LoadedProgram: Sendable {
  package let program: Program
  /// Whether a stamp of an earlier check stood in for the full check.
  package let wasStamped: Bool

  /// Checks a program's content in full.
  /// - Throws: `ProgramError` with the first violation.
  package init(checking program: Program, progress: ((Double) -> Void)? = nil) throws(ProgramError) {
    try program.checkContent(progress: progress)
    self.program = program
    wasStamped = false
  }

  private init(stamped program: Program) {
    self.program = program
    wasStamped = true
  }

  /// Opens and checks a program file, once: a stamp remembers which state of which file was found good.
  /// - Parameters:
  ///   - expected: the root that was asked for, if any.
  ///   - stampDirectory: where stamps are kept; `nil` to check in full each time.
  ///   - progress: told the share done of a full check.
  /// - Throws: `ProgramError`; a stamp that is damaged, stale or unreadable only costs the full check.
  package static func open(
    _ path: String, expecting expected: Digest? = nil, stampDirectory: String? = nil,
    progress: ((Double) -> Void)? = nil
  ) throws(ProgramError) -> LoadedProgram {
    let program = try Program(path: path)
    if let expected, expected != program.root { throw .root(expected: expected, actual: program.root) }
    let stamp = CheckStamp(identity: program.file.identity, root: program.root)
    let place = stampDirectory.map { $0 + "/" + stamp.fileName(path: path) }
    if let place, stamp.isRecorded(at: place) { return LoadedProgram(stamped: program) }
    let loaded = try LoadedProgram(checking: program, progress: progress)
    if let place { stamp.record(at: place) }
    return loaded
  }
}
