import Ledger
import Node
import StrictJSON

extension LedgerConnection {
  /// Runs a body with a ledger's HTTP interface, or with an engine's JSON-RPC.
  static func opening<Value: Sendable>(
    _ target: LedgerTarget, _ body: @Sendable (LedgerConnection) async throws -> Value
  ) async throws -> Value {
    if let engine = target.engineURL {
      let client = CometLedgerClient(CometConnection(endpoint: engine))
      return try await body(LedgerConnection(url: target.url, client: client, pages: NoPages()))
    }
    let expected = target.expected.map {
      HTTPLedgerClient.Expectation(chain: $0.chain, operatorKey: $0.operatorKey)
    }
    let client = HTTPLedgerClient(endpoint: target.url, expecting: expected)
    return try await body(LedgerConnection(url: target.url, client: client, pages: client))
  }
}

extension HTTPLedgerClient: LedgerPages {}

/// An engine keeps no histories of accounts.
private struct NoPages: LedgerPages {
  func page(_ path: String) async throws(LedgerClientError) -> JSON? {
    throw .unreachable("an engine tells no histories; name the ledger's own interface")
  }
}
