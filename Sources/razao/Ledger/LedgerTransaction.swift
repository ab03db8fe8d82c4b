import ArgumentParser
import Hashing
import Ledger
import StrictJSON

/// `razao ledger transaction`.
struct LedgerTransaction: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transaction", abstract: "Show a transaction: what it says, and what became of it.",
    discussion: """
      EXAMPLES
        razao ledger transaction 5d41…64 digits…9a
        razao ledger transaction 5d41…64 digits…9a --json
      """)

  @Argument(help: "The transaction's id: 64 hexadecimal digits.") var id: String
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    guard Digest(hex: id) != nil else { throw ValidationError("A transaction's id is 64 hexadecimal digits.") }
  }

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      guard let page = try await connection.pages.page("/v1/transactions/\(id.lowercased())") else {
        throw CommandFailure("no block has transaction \(id) yet", status: 1)
      }
      let json = try Self.explained(page, id: id)
      if ledger.json { Terminal.json(json) } else { JSONLines.lines(json).forEach(Terminal.line) }
    }
  }

  /// The page with what the transaction's own bytes say, which must be the ones that its id names.
  static func explained(_ page: JSON, id: String) throws -> JSON {
    guard var object = page.object, let bytes = page["bytes"]?.string.flatMap({ [UInt8](hex: $0) }) else { return page }
    let signed: SignedTransaction
    do { signed = try SignedTransaction(decoding: bytes) } catch {
      throw LedgerClientError.unverified("the transaction's bytes are none: \(error)")
    }
    guard signed.id == Digest(hex: id) else {
      throw LedgerClientError.unverified("the bytes are those of transaction \(signed.id)")
    }
    object["content"] = nil
    let said = TransactionWords(transaction: signed.transaction, bytes: bytes, sentence: "").json
    for name in ["account", "key", "nonce", "fee", "expiry_height", "messages"] { object[name] = said[name] }
    return .object(object)
  }
}
