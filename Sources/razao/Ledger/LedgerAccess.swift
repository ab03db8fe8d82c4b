import ArgumentParser
import Hashing
import Ledger
import StrictJSON
import Wallet

/// What commands read of a ledger beside the client protocol: its JSON pages.
protocol LedgerPages: Sendable {
  /// The JSON at a path of the ledger's HTTP interface; `nil` where there is nothing.
  func page(_ path: String) async throws(LedgerClientError) -> JSON?
}

/// A ledger as commands see it.
struct LedgerConnection: Sendable {
  let url: String
  let client: any LedgerClient
  let pages: any LedgerPages
}

/// The way from a command to its ledger, and from what goes wrong to one line and an exit status.
enum LedgerAccess {
  /// Runs a command's body with the ledger that the options name.
  static func reporting(
    _ options: LedgerOptions, _ body: @Sendable (LedgerConnection) async throws -> Void
  ) async throws {
    try await reporting(json: options.json, url: try options.target().url) {
      try await LedgerConnection.opening(options.target(), body)
    }
  }

  /// Runs a body that may fail as keys and ledgers do; with `json`, a failure is printed as JSON too.
  static func reporting(
    json: Bool = false, url: @autoclosure () throws -> String = "", _ body: () async throws -> Void
  ) async throws {
    try await Terminal.reporting {
      do { try await body() } catch {
        let failure = failure(of: error, url: (try? url()) ?? "")
        if json, let failure = failure as? CommandFailure {
          Terminal.json(["error": ["message": .string(failure.description), "code": code(of: error)]])
        }
        throw failure
      }
    }
  }

  /// One line and an exit status for what keys and ledgers say; other errors are left as they are.
  static func failure(of error: any Error, url: String) -> any Error {
    switch error {
    case let error as WalletError: CommandFailure("\(error)", status: status(of: error))
    case LedgerClientError.refused(let code, let detail):
      CommandFailure("the ledger refuses it (code \(code)): \(detail)\(advice(code))", status: 1)
    case LedgerClientError.unreachable(let what):
      CommandFailure(
        "no ledger answers (\(what.contains(url) ? what : "\(url): \(what)")); start one with `razao up`, or name one "
          + "with --ledger", status: 69)
    case LedgerClientError.timeout(let what):
      CommandFailure("the ledger at \(url) took too long: \(what); ask again later", status: 69)
    case LedgerClientError.unverified(let what):
      CommandFailure("what the ledger at \(url) answers does not hold: \(what); ask another one", status: 1)
    default: error
    }
  }

  /// What helps against a refusal that its sentence does not tell.
  private static func advice(_ code: UInt32) -> String {
    code == RefusalCode.wrongNonce.number ? "; if another of yours is on its way, wait for it (--wait)" : ""
  }

  private static func code(of error: any Error) -> JSON {
    guard case LedgerClientError.refused(let code, _) = error else { return .null }
    return JSON(code)
  }

  /// The exit status that a key's error stands for.
  static func status(of error: WalletError) -> Int32 {
    switch error {
    case .badName, .badSeed, .badPassphrase, .badRole, .notConfirmed: 64
    case .noSuchKey: 66
    case .cannotUnlock, .malformed, .otherName, .tooCostly: 1
    case .exists, .file: 73
    case .notSealed: 70
    }
  }
}
