import ArgumentParser
import Glibc
import Hashing
import Kernels
import Measurement
import Program
import Runtime
import StrictJSON

/// `razao program equal`.
struct ProgramEqual: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equal", abstract: "Show that every kernel and every thread count give the same bits.",
    discussion: """
      Runs one fixed computation with each tier of kernels that this processor has and each thread count, and prints the
      root over every cell of it, with the kernels that were called. All roots must be one: otherwise the exit status is 1.

      EXAMPLES
        razao program equal model.razao
        razao program equal model.razao --threads 1 --threads 2 --json
      """)

  @Argument(help: "The program file.") var file: String
  @Option(
    help: "A thread count, 1 to 1024, of which 64 are used at most; may be repeated. Default: 1, 2 and all cores.")
  var threads: [Int] = []
  @Flag(help: "Print as JSON.") var json = false

  func validate() throws {
    for count in threads { try Threads.validate(count) }
  }

  /// What one tier and thread count gave.
  private struct Line {
    var tier: KernelTier
    var threadCount: Int
    var root: Digest
    /// Kernels that were called, and how often.
    var calls: [(kernel: Kernel, count: UInt64)]

    var json: JSON {
      var counts = JSONObject()
      for (kernel, count) in calls { counts["\(kernel)"] = JSON(count) }
      return [
        "tier": .string("\(tier)"), "threads": JSON(threadCount), "root": .string(root.hex), "calls": .object(counts),
      ]
    }

    var text: String {
      let counts = calls.map { "\($0.kernel) \($0.count)" }.joined(separator: ", ")
      return "\("\(tier)".padded(to: 9)) \(threadCount) thread\(threadCount == 1 ? " " : "s")  \(root)  \(counts)"
    }
  }

  func run() async throws {
    try await Terminal.reporting {
      let loaded = try Files.naming(file) { try LoadedProgram(checking: Program(path: file)) }
      let run = try EqualityRun(loaded)
      let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
      let counts = threads.isEmpty ? Array(Set([1, 2, cores])).sorted() : threads
      var lines: [Line] = []
      for tier in Kernels.available {
        for count in counts {
          let line = try line(run, tier, count)
          if !json { Terminal.line(line.text) }
          lines.append(line)
        }
      }
      try conclude(lines)
    }
  }

  private func line(_ run: EqualityRun, _ tier: KernelTier, _ count: Int) throws -> Line {
    let before = Kernel.callCounts
    let root = try run.root(tier: tier, threadCount: count)
    let after = Kernel.callCounts
    let calls = Kernel.allCases.map { ($0, (after[$0] ?? 0) - (before[$0] ?? 0)) }.filter { $0.1 > 0 }
    return Line(tier: tier, threadCount: Parallel(threadCount: count).threadCount, root: root, calls: calls)
  }

  private func conclude(_ lines: [Line]) throws {
    let isOne = Set(lines.map(\.root)).count == 1
    if json {
      Terminal.json([
        "equal": .bool(isOne), "root": isOne ? .string(lines[0].root.hex) : .null, "runs": .array(lines.map(\.json)),
      ])
    } else {
      Terminal.line(isOne ? "one root on \(lines.count) paths" : "the roots differ: a kernel of this build is wrong")
    }
    if !isOne { throw ExitCode(1) }
  }
}
