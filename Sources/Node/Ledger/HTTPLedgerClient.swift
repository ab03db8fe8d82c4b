import HTTPTypes
import Hashing
import Ledger
import LedgerStore
import Receipts
import StrictJSON

/// A ledger over its HTTP interface.
///
/// With an operator's key, values of the state are verified: the proof against the app hash, the app hash against a
/// header of this chain, the header against the key. Without one they are only consistent with themselves. Listings,
/// events and histories are never proven, and nothing shows that a proven state is the newest one.
package struct HTTPLedgerClient: LedgerClient {
  /// `http://…` or `https://…`, without a slash at the end.
  package let endpoint: String
  /// Whose signature is demanded, and of which chain.
  package let expected: Expectation?
  private let http: PeerHTTP

  /// What headers must show.
  package struct Expectation: Equatable, Sendable {
    package let chain: Digest
    package let operatorKey: PublicKey

    package init(chain: Digest, operatorKey: PublicKey) {
      self.chain = chain
      self.operatorKey = operatorKey
    }
  }

  package init(endpoint: String, expecting expected: Expectation? = nil, http: PeerHTTP = .plain) {
    self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    self.expected = expected
    self.http = http
  }

  package func status() async throws(LedgerClientError) -> LedgerStatus { try await get("/v1/status").status() }

  package func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest {
    let answer = try await send(.post, "/v1/transactions", body: transaction, timeout: .seconds(30))
    let id = try answer.digest("id")
    guard id == SignedTransaction.id(of: transaction) else { throw .unverified("another transaction's id") }
    return id
  }

  package func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace {
    let deadline = ContinuousClock.now + timeout
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      let wait = max(0, min(20, left.components.seconds))
      if let answer = try await find("/v1/transactions/\(id.hex)?wait=\(wait)", timeout: .seconds(wait + 15)) {
        let place = try answer.transactionPlace()
        guard place.id == id else { throw .unverified("another transaction") }
        return place
      }
      guard ContinuousClock.now < deadline, !Task.isCancelled else {
        throw .timeout("the transaction \(id) is in no block yet")
      }
      if wait == 0 { try? await Task.sleep(for: .milliseconds(100)) }
    }
  }

  package func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue { try await proven(key).value }

  /// A value, and the header that proves it where one is demanded.
  func proven(
    _ key: [UInt8]
  ) async throws(LedgerClientError) -> (value: ProvenValue, header: SignedBlockHeader?) {
    let answer = try await get("/v1/state/\(key.hex)", limit: 64 << 20)
    let value = try answer.provenValue()
    guard value.key == key else { throw .unverified("the value of another key") }
    try value.verify()
    guard let expected else { return (value, nil) }
    return (value, try Self.verified(try answer.optionalBytes("header"), of: value, expected))
  }

  private static func verified(
    _ bytes: [UInt8]?, of value: ProvenValue, _ expected: Expectation
  ) throws(LedgerClientError) -> SignedBlockHeader {
    guard let bytes else { throw .unverified("no header came with the value") }
    guard let header = try? SignedBlockHeader(decoding: bytes) else { throw .unverified("the header is malformed") }
    guard header.isSigned(by: expected.operatorKey) else {
      throw .unverified("the header is not signed by the operator \(expected.operatorKey.bytes.hex.prefix(16))…")
    }
    guard header.body.chain == expected.chain else { throw .unverified("the header is of another chain") }
    guard header.body.appHash == value.appHash, header.body.height == value.height else {
      throw .unverified("the header is of another state")
    }
    return header
  }

  package func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent] {
    let seconds = max(0, min(30, wait.components.seconds))
    let answer = try await get(
      "/v1/events?after=\(sequence)&wait=\(seconds)&limit=1000", timeout: .seconds(seconds + 15), limit: 64 << 20)
    var events: [PlacedEvent] = []
    for event in try answer.list("events", limit: 1_000) { events.append(try event.event()) }
    return events
  }

  package func list(
    _ table: StateTable, after cursor: [UInt8], limit: Int
  ) async throws(LedgerClientError) -> [(key: [UInt8], value: [UInt8])] {
    let after = cursor.isEmpty ? "" : "&after=\(cursor.hex)"
    let answer = try await get("/v1/tables/\(table)?limit=\(max(1, min(1_000, limit)))\(after)", limit: 64 << 20)
    var records: [(key: [UInt8], value: [UInt8])] = []
    for record in try answer.list("records", limit: 1_000) {
      let key = try record.bytes("key")
      guard key.first == table.rawValue, (records.last?.key ?? cursor).lexicographicallyPrecedes(key) else {
        throw .unverified("a listing out of order")
      }
      records.append((key, try record.bytes("value")))
    }
    return records
  }

  /// What moved an account's balances, the newest first; told by the ledger, not proven.
  package func entries(
    of account: Digest, before sequence: UInt64? = nil, limit: Int = 100
  ) async throws(LedgerClientError) -> [ToldEntry] {
    let before = sequence.map { "&before=\($0)" } ?? ""
    let answer = try await get("/v1/accounts/\(account.hex)/entries?limit=\(max(1, min(1_000, limit)))\(before)")
    var entries: [ToldEntry] = []
    for entry in try answer.list("entries", limit: 1_000) { entries.append(try entry.entry(of: account)) }
    return entries
  }

  /// A JSON answer as it came: for commands that show it.
  package func json(_ path: String) async throws(LedgerClientError) -> JSON { try await get(path).json }

  /// The same, `nil` where there is nothing.
  package func page(_ path: String) async throws(LedgerClientError) -> JSON? {
    try await find(path, timeout: .seconds(15), limit: 16 << 20)?.json
  }

  private func get(
    _ path: String, timeout: Duration = .seconds(15), limit: Int = 16 << 20
  ) async throws(LedgerClientError) -> LedgerAnswer {
    try await send(.get, path, timeout: timeout, limit: limit)
  }

  /// `nil` for 404.
  private func find(
    _ path: String, timeout: Duration, limit: Int = 1 << 20
  ) async throws(LedgerClientError) -> LedgerAnswer? {
    let (status, json) = try await exchange(.get, path, timeout: timeout, limit: limit)
    if status == 404, LedgerAPIError(json: json) != nil { return nil }
    return try Self.checked(status, json)
  }

  private func send(
    _ method: HTTPRequest.Method, _ path: String, body: [UInt8] = [], timeout: Duration, limit: Int = 1 << 20
  ) async throws(LedgerClientError) -> LedgerAnswer {
    let (status, json) = try await exchange(method, path, body: body, timeout: timeout, limit: limit)
    return try Self.checked(status, json)
  }

  private func exchange(
    _ method: HTTPRequest.Method, _ path: String, body: [UInt8] = [], timeout: Duration, limit: Int = 1 << 20
  ) async throws(LedgerClientError) -> (status: Int, json: JSON) {
    let answer = try await LedgerExchange.send(
      method, endpoint + path, body: body, type: body.isEmpty ? nil : "application/octet-stream", timeout: timeout,
      limit: limit, http: http)
    guard let json = try? JSON.parse(answer.body, limits: JSONLimits(byteCount: limit, depth: 16)) else {
      throw .unverified("\(endpoint) does not answer as a ledger (status \(answer.status), no JSON)")
    }
    return (answer.status, json)
  }

  private static func checked(_ status: Int, _ json: JSON) throws(LedgerClientError) -> LedgerAnswer {
    guard status != 200 else { return LedgerAnswer(json: json) }
    guard let error = LedgerAPIError(json: json) else { throw .unreachable("status \(status)") }
    let message = error.message.withoutControls
    if let refusal = error.refusal { throw .refused(code: refusal, detail: message) }
    throw .unreachable(message)
  }
}

/// One request and its whole answer, failures in the ledger clients' words.
enum LedgerExchange {
  static func send(
    _ method: HTTPRequest.Method, _ url: String, body: [UInt8] = [], type: String? = nil, timeout: Duration,
    limit: Int, http: PeerHTTP
  ) async throws(LedgerClientError) -> PeerHTTP.Answer {
    do {
      return try await http.send(method, url, body: body, type: type, timeout: timeout, limit: limit)
    } catch let error as PeerError {
      throw .unreachable("\(url.split(separator: "?").first ?? ""): \(error)")
    } catch {
      throw .unreachable("the request was given up")
    }
  }
}
