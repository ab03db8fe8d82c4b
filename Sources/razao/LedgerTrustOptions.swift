import ArgumentParser
import Hashing
import Node
import Receipts

/// Which ledger `razao verify` compares with, and what of it is trusted.
struct LedgerTrustOptions: ParsableArguments {
  @Option(help: "Compare with this ledger: razao's, or CometBFT's JSON-RPC.") var ledger: String?
  @Option(
    help: "The key that must have signed an embedded ledger's blocks. Default: the one seen first, which is kept.")
  var operatorKey: String?
  @Option(help: "A height of a CometBFT chain that is trusted; with --trusted-hash.") var trustedHeight: UInt64?
  @Option(help: "The hash of the header at that height.") var trustedHash: String?

  func validate() throws {
    guard (trustedHeight == nil) == (trustedHash == nil) else {
      throw ValidationError("Give --trusted-height and --trusted-hash together.")
    }
  }

  /// What the ledger says of each sound bundle; nothing of the others, and nothing without a ledger.
  func findings(_ reports: [VerificationReport], home: String) async throws -> [LedgerFindings?] {
    guard let ledger else { return reports.map { _ in nil } }
    let trusted = try await LedgerTrust(home: home, options: try options()).open(
      ledger.hasSuffix("/") ? String(ledger.dropLast()) : ledger)
    let comparison = LedgerComparison(ledger: trusted)
    var found: [LedgerFindings?] = []
    for report in reports {
      guard report.isVerified, let bundle = report.bundle else {
        found.append(nil)
        continue
      }
      found.append(try await comparison.findings(bundle))
    }
    return found
  }

  private func options() throws -> LedgerTrust.Options {
    var options = LedgerTrust.Options()
    if let operatorKey {
      guard let key = [UInt8](hex: operatorKey).flatMap({ PublicKey($0) }) else {
        throw CommandFailure("--operator-key must be 64 hexadecimal digits", status: 64)
      }
      options.operatorKey = key
    }
    if let trustedHash {
      guard let hash = Digest(hex: trustedHash) else {
        throw CommandFailure("--trusted-hash must be 64 hexadecimal digits", status: 64)
      }
      options.trustedHash = hash
      options.trustedHeight = trustedHeight
    }
    return options
  }
}
