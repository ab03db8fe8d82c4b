import ArgumentParser
import Hashing
import Ledger
import Node

/// The ledger that a service works with.
struct LedgerOption: ParsableArguments {
  @Option(help: "The ledger, http://host:port: where stake stands and payments are made. Without it nobody pays.")
  var ledger: String?

  /// Waits for the ledger; `nil` without one.
  func open() async throws -> ServiceLedger? {
    guard let ledger else { return nil }
    guard ledger.hasPrefix("http://") || ledger.hasPrefix("https://") else {
      throw CommandFailure("--ledger must look like http://127.0.0.1:8090, not \(ledger)", status: 64)
    }
    do { return try await ServiceLedger.open(HTTPLedgerClient(endpoint: ledger)) } catch {
      throw CommandFailure("\(error) (\(ledger)); start it with `razao ledger serve`", status: 69)
    }
  }
}
