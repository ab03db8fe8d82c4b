import Hashing
import Ledger
import LightClient

/// A CometBFT node's JSON-RPC over HTTP.
package struct CometConnection: Sendable {
  /// `http://host:26657`.
  package let endpoint: String
  private let http: PeerHTTP
  private let timeout: Duration

  package init(endpoint: String, http: PeerHTTP = .plain, timeout: Duration = .seconds(15)) {
    self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    self.http = http
    self.timeout = timeout
  }

  /// Asks once. `nil` stands for an error of the node itself when `allowsRemoteError`.
  func call<Answer>(_ request: CometRequest<Answer>) async throws(LedgerClientError) -> Answer {
    let bytes = try await post(request.body(id: 1))
    do {
      return try request.answer(bytes, id: 1)
    } catch {
      throw Self.failure(error)
    }
  }

  /// Asks for what may not be there yet.
  /// - Returns: `nil` when the node answers with an error of its own.
  func find<Answer>(_ request: CometRequest<Answer>) async throws(LedgerClientError) -> Answer? {
    let bytes = try await post(request.body(id: 1))
    do {
      return try request.answer(bytes, id: 1)
    } catch {
      if case .remote = error.reason { return nil }
      throw Self.failure(error)
    }
  }

  /// Header, commit and validators of a height; nothing is verified.
  func lightBlock(at height: UInt64) async throws(LedgerClientError) -> LightBlock {
    var fetch = LightBlockFetch(height: height)
    while let body = fetch.nextBody {
      let bytes = try await post(body)
      do { try fetch.receive(bytes) } catch { throw .unverified("the block \(height): \(error)") }
    }
    do { return try fetch.block() } catch { throw .unverified("the block \(height): \(error)") }
  }

  private func post(_ body: [UInt8]) async throws(LedgerClientError) -> [UInt8] {
    // An error of the node comes with status 500 and is JSON all the same; what is none, the reader refuses.
    try await LedgerExchange.send(
      .post, endpoint + "/", body: body, type: "application/json", timeout: timeout,
      limit: CometRPC.maximumAnswerByteCount, http: http
    ).body
  }

  private static func failure(_ error: CometAnswerError) -> LedgerClientError {
    let text = String("\(error)".prefix(300)).withoutControls
    if case .remote = error.reason { return .unreachable(text) }
    return .unverified(text)
  }
}
