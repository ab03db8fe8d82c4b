import Foundation
import Hashing
import Ledger
import Receipts
import StrictJSON

/// Which ledger a command talks to, and what is known of it beforehand.
struct LedgerTarget: Equatable, Sendable {
  static let standardURL = "http://127.0.0.1:8090"
  /// What an engine's JSON-RPC is marked with: the ledger behind a CometBFT node, without a service beside it.
  static let enginePrefix = "comet+"

  /// Without a slash at its end.
  let url: String
  /// The chain and the operator who must have signed what the ledger shows; `nil` where nothing is known.
  var expected: Expectation?

  /// The one operator of an embedded ledger.
  struct Expectation: Equatable, Sendable {
    let chain: Digest
    let operatorKey: PublicKey
  }

  /// - Throws: `CommandFailure` with status 64 for what is no URL.
  init(url: String, expected: Expectation? = nil) throws {
    let bare = url.hasPrefix(Self.enginePrefix) ? String(url.dropFirst(Self.enginePrefix.count)) : url
    guard bare.hasPrefix("http://") || bare.hasPrefix("https://") else {
      throw CommandFailure("the ledger '\(url)' is no URL; it looks like \(Self.standardURL)", status: 64)
    }
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    self.expected = expected
  }

  /// The node's URL, where the ledger is reached through an engine.
  var engineURL: String? {
    url.hasPrefix(Self.enginePrefix) ? String(url.dropFirst(Self.enginePrefix.count)) : nil
  }

  /// What HOME/ledger.json says: `url`, and where one operator signs `chain_id` and `operator_key`.
  /// - Returns: `nil` when there is no such file.
  /// - Throws: `CommandFailure` with status 78 for a file that cannot be understood.
  static func configured(home: String) throws -> LedgerTarget? {
    let path = home + "/ledger.json"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let json = try? JSON.parse(Files.read(path, limit: 1 << 16)), let url = json["url"]?.string else {
      throw CommandFailure("\(path) has no member `url`; mend it or name the ledger with --ledger", status: 78)
    }
    guard let stated = json["operator_key"], !stated.isNull else { return try LedgerTarget(url: url) }
    guard let key = stated.string.flatMap({ [UInt8](hex: $0) }).flatMap({ PublicKey($0) }),
      let chain = json["chain_id"]?.string
    else { throw CommandFailure("\(path) must have `chain_id` beside an `operator_key` of 64 digits", status: 78) }
    return try LedgerTarget(url: url, expected: Expectation(chain: Genesis.chain(chain), operatorKey: key))
  }
}
