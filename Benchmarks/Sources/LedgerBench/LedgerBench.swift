import Glibc
import StrictJSON

/// The ledger's side of the benchmarks: one line of JSON an answer; see `Benchmarks/README.md`.
@main
struct LedgerBench {
  static let usage = """
    usage: razao-ledger-bench make PATH ACCOUNTS
           razao-ledger-bench blocks PATH COUNT TRANSFERS PROOFS
           razao-ledger-bench speed PATH TRANSFERS
    """

  static func main() async {
    do {
      print(try await answer(Array(CommandLine.arguments.dropFirst())).text)
    } catch {
      let line = Array("razao-ledger-bench: \(error)\n".utf8)
      _ = Glibc.write(STDERR_FILENO, line, line.count)
      exit(64)
    }
  }

  private static func answer(_ words: [String]) async throws -> JSON {
    let numbers = words.dropFirst(2).compactMap { Int($0).flatMap { $0 > 0 ? $0 : nil } }
    guard words.count >= 2, numbers.count == words.count - 2 else { throw BenchError(description: usage) }
    let run = LedgerRun(path: words[1])
    switch (words[0], numbers.count) {
    case ("make", 1): return try run.make(accounts: numbers[0])
    case ("blocks", 3): return try await run.blocks(numbers[0], transfers: numbers[1], proofs: numbers[2])
    case ("speed", 1): return try await run.speed(transfers: numbers[0])
    default: throw BenchError(description: usage)
    }
  }
}

/// Why nothing was measured.
struct BenchError: Error, CustomStringConvertible {
  let description: String
}
