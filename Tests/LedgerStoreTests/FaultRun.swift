import Foundation

/// Runs the driver of Tests/LedgerFaults under a preloaded library that makes the calls to its files fail.
struct FaultRun {
  /// What a run said and how it ended.
  struct Outcome {
    let lines: [String]
    /// The signal that ended it.
    let signal: Int32?
    let isFinished: Bool

    /// App hashes by height, as committed.
    var hashes: [UInt64: String] {
      Dictionary(places.map { ($0.height, $0.hash) }, uniquingKeysWith: { first, _ in first })
    }

    /// The last height that was said to be durable.
    var lastHeight: UInt64? { places.last?.height }

    private var places: [(height: UInt64, hash: String)] {
      lines.compactMap { line in
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 3, ["opened", "committed"].contains(words[0]) else { return nil }
        return UInt64(words[1]).map { ($0, words[2]) }
      }
    }
  }

  private static let driver = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "ledger-faults")
  private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Whether there are a driver and a C compiler.
  static var isPossible: Bool {
    compiler != nil && driver.map { FileManager.default.isExecutableFile(atPath: $0.path) } == true
  }

  private struct Failure: Error {}

  private let library: String

  /// Compiles the library into a folder.
  init(folder: String) throws {
    library = "\(folder)/faults.so"
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Faults/ledger_faults.c").path
    let run = Process()
    run.executableURL = Self.compiler.map { URL(filePath: $0) }
    run.arguments = ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
    try run.run()
    run.waitUntilExit()
    guard run.terminationStatus == 0 else { throw Failure() }
  }

  /// Drives the ledger at `path` to a height; from call `at` on its files fail.
  func run(_ path: String, to height: UInt64, kind: String? = nil, at call: Int = 0) throws -> Outcome {
    let (run, output) = (Process(), Pipe())
    run.executableURL = Self.driver
    run.arguments = [path, "\(height)"]
    run.standardOutput = output
    var environment = ProcessInfo.processInfo.environment
    if let kind {
      environment["LD_PRELOAD"] = library
      environment["LEDGER_FAULT_PATH"] = path
      environment["LEDGER_FAULT_AT"] = "\(call)"
      environment["LEDGER_FAULT_KIND"] = kind
      environment["LEDGER_FAULT_COUNT"] = path + ".count"
    }
    run.environment = environment
    try run.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    run.waitUntilExit()
    let wasKilled = run.terminationReason == .uncaughtSignal
    return Outcome(
      lines: String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init),
      signal: wasKilled ? run.terminationStatus : nil, isFinished: !wasKilled && run.terminationStatus == 0)
  }

  /// How many calls to its files an undisturbed run makes.
  func callCount(_ path: String, to height: UInt64) throws -> Int {
    guard try run(path, to: height, kind: "none", at: .max).isFinished else { throw Failure() }
    let text = try String(contentsOf: URL(filePath: path + ".count"), encoding: .utf8)
    guard let count = Int(text) else { throw Failure() }
    return count
  }

  /// Removes a ledger's files.
  func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm", ".count"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }
}
