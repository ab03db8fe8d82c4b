import Glibc
import Hashing
import KernelRecords
import Kernels
import Measurement
import Program
import ProgramTestSupport
import Runtime

/// `record-kernels PROGRAM RECORD`: computes what `razao program equal` computes, with every tier of this processor and
/// once more with every kernel call written to RECORD. PROGRAM is a file, or `random:SEED` or `random-encoder:SEED` for a
/// small one that is drawn, so that between them they use every form that the engine has.
///
/// Prints one line per tier and one for the record. The exit status is 1 when a root differs or a call is left out.
@main
struct RecordKernels {
  static func main() {
    guard CommandLine.arguments.count == 3 else {
      fail("usage: record-kernels PROGRAM RECORD", status: 64)
    }
    do {
      let isWhole = try record(program: CommandLine.arguments[1], to: CommandLine.arguments[2])
      exit(isWhole ? 0 : 1)
    } catch {
      fail("\(CommandLine.arguments[1]): \(error)", status: 1)
    }
  }

  /// Whether all roots are one and every call is in the record.
  private static func record(program: String, to path: String) throws -> Bool {
    let run = try EqualityRun(LoadedProgram(checking: named(program)))
    var roots: Set<Digest> = []
    for tier in Kernels.available {
      let root = try run.root(tier: tier, threadCount: 1)
      roots.insert(root)
      print("\(tier)  root \(root)")
    }
    guard razao_record_begin() != 0 else { fail("no memory for a record", status: 71) }
    let root = Result { try run.root(Parallel(threadCount: 1)) }
    var size = razao_record_size()
    guard razao_record_end(path, &size) != 0 else { fail("\(path): \(String(cString: strerror(errno)))", status: 74) }
    roots.insert(try root.get())
    print("recorded  root \(try root.get())  \(size.calls) calls, \(size.bytes) bytes, \(size.left_out) left out")
    return roots.count == 1 && size.left_out == 0
  }

  private static func named(_ name: String) throws -> Program {
    let parts = name.split(separator: ":", maxSplits: 1)
    if parts.count == 2, let seed = UInt64(parts[1]) {
      if parts[0] == "random" { return try RandomProgram(.randomVariant(seed: seed)).program() }
      if parts[0] == "random-encoder" { return try RandomProgram(.randomEncoder(seed: seed)).program() }
    }
    return try Program(path: name)
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    let line = Array("record-kernels: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(status)
  }
}
