import Hashing
import Hummingbird
import Ledger
import StrictJSON
import Synchronization

/// The interface's addresses; each handler reads its parameters within their limits, asks the ledger, and writes JSON.
struct LedgerRoutes: Sendable {
  /// Records that one request looks through for those it wants.
  static let scanLimit = 10_000
  private static let page = 1_000

  let source: any LedgerSource
  private let waiters: Slots
  private let submitted = Tally()

  /// - Parameter waitingLimit: requests that may wait for something to happen at a time; beyond it, 429.
  init(_ source: any LedgerSource, waitingLimit: Int = 128) {
    self.source = source
    waiters = Slots(limit: waitingLimit)
  }

  func router() -> Router<NodeContext> {
    let router = Router(context: NodeContext.self)
    router.add(middleware: LedgerErrorRendering())
    for operation in LedgerOperation.allCases {
      router.on(RouterPath(operation.path), method: operation.method) { request, context in
        let parameters = try ParameterReader(request, context, operation)
        return try await answer(operation, parameters, request)
      }
    }
    return router
  }

  private func answer(
    _ operation: LedgerOperation, _ parameters: ParameterReader, _ request: Request
  ) async throws -> Response {
    switch operation {
    case .health: return Response(["status": "ok"])
    case .document: return Response(bytes: OpenAPIDocument.bytes, type: "application/json")
    case .metrics: return try await metrics()
    case .submit: return try await submit(request)
    case .status: return Response(LedgerJSON.status(try await source.status(), operatorKey: source.headerKey?.bytes))
    case .blocks: return Response(try await blocks(parameters))
    case .block: return Response(try await block(parameters))
    case .transaction: return Response(try await transaction(parameters))
    case .account: return Response(try await account(parameters))
    case .entries: return Response(try await entries(parameters))
    case .state: return Response(try await state(parameters))
    case .table:
      guard let table = LedgerTables.table(named: parameters.word(.table) ?? "") else {
        throw LedgerAPIError(.invalidParameter, "There is no such table.", parameter: "table")
      }
      return Response(try await records(table, parameters))
    case .providers: return Response(try await records(.provider, parameters))
    case .programs: return Response(try await records(.program, parameters))
    case .auditors: return Response(try await records(.auditor, parameters))
    case .channels: return Response(try await channels(parameters))
    case .channel: return Response(try await channel(parameters))
    case .events: return Response(try await events(parameters))
    }
  }

  private func submit(_ request: Request) async throws -> Response {
    var request = request
    let bytes = try await request.collectBytes(limit: Transaction.byteLimit)
    do {
      let id = try await source.submit(bytes)
      submitted.count(0)
      return Response(["id": .string(id.hex), "code": 0, "detail": ""])
    } catch LedgerClientError.refused(let code, let detail) {
      submitted.count(code)
      throw LedgerClientError.refused(code: code, detail: detail)
    }
  }

  private func metrics() async throws -> Response {
    let text = LedgerMetrics(
      status: try await source.status(), figures: try await source.figures(), submitted: submitted.counts
    ).text
    return Response(bytes: Array(text.utf8), type: LedgerMetrics.mediaType)
  }

  private func blocks(_ parameters: ParameterReader) async throws -> JSON {
    let limit = try parameters.limit
    let from = try parameters.integer(.from)
    let blocks = try await source.blocks(below: from.map { $0 + 1 } ?? .max, limit: limit)
    let next = blocks.count == limit ? blocks.last.flatMap { $0.height > 0 ? $0.height - 1 : nil } : nil
    return [
      "blocks": .array(blocks.map(LedgerJSON.block)), "next": next.map { JSON($0) } ?? .null,
    ]
  }

  private func block(_ parameters: ParameterReader) async throws -> JSON {
    let height = try parameters.integer(.height) ?? 0
    guard let block = try await source.block(at: height) else {
      throw LedgerAPIError(.notFound, "There is no block \(height) here.", parameter: "height")
    }
    let start = Int(try parameters.integer(.position) ?? 0)
    let transactions = try await source.transactions(at: height).dropFirst(start)
    let shown = transactions.prefix(try parameters.limit)
    return [
      "block": LedgerJSON.block(block), "transactions": .array(shown.map(LedgerJSON.place)),
      "next": shown.count < transactions.count ? JSON(start + shown.count) : .null,
    ]
  }

  private func transaction(_ parameters: ParameterReader) async throws -> JSON {
    let id = try parameters.digest(.transaction)
    if let found = try await source.transaction(id) { return LedgerJSON.transaction(found) }
    let seconds = try parameters.integer(.wait) ?? 0
    if seconds > 0 {
      try await waiting {
        do {
          _ = try await source.place(of: id, timeout: .seconds(seconds))
        } catch LedgerClientError.timeout {
        }
      }
      if let found = try await source.transaction(id) { return LedgerJSON.transaction(found) }
    }
    throw LedgerAPIError(.notFound, "No block holds the transaction \(id.hex).", parameter: "id")
  }

  private func account(_ parameters: ParameterReader) async throws -> JSON {
    let id = try parameters.digest(.account)
    let value = try await source.query(StateKey<Account>.account(id).bytes)
    guard let bytes = value.value, let account = try? Account(decoding: bytes) else {
      throw LedgerAPIError(.notFound, "The ledger has no account \(id.hex).", parameter: "id")
    }
    return LedgerJSON.account(id, account, stake: try await source.get(.stake(id)), height: value.height)
  }

  private func entries(_ parameters: ParameterReader) async throws -> JSON {
    let limit = try parameters.limit
    let entries = try await source.entries(
      of: try parameters.digest(.account), before: try parameters.integer(.before) ?? .max, limit: limit)
    let next = entries.count == limit ? entries.last?.sequence : nil
    return [
      "entries": .array(entries.map(LedgerJSON.entry)), "next": next.map { JSON($0) } ?? .null,
    ]
  }

  private func state(_ parameters: ParameterReader) async throws -> JSON {
    let value = try await source.query(try parameters.bytes(.key) ?? [])
    return LedgerJSON.proven(value, header: try await source.block(at: value.height)?.header)
  }

  private func records(_ table: StateTable, _ parameters: ParameterReader) async throws -> JSON {
    let limit = try parameters.limit
    let records = try await source.list(table, after: try parameters.bytes(.cursor) ?? [], limit: limit)
    return Self.listing(records, next: records.count == limit ? records.last?.key : nil)
  }

  private static func listing(_ records: [(key: [UInt8], value: [UInt8])], next: [UInt8]?) -> JSON {
    [
      "records": .array(records.map { LedgerJSON.record($0.key, $0.value) }), "next": LedgerJSON.hex(next),
    ]
  }

  private func channel(_ parameters: ParameterReader) async throws -> JSON {
    let id = try parameters.digest(.channel)
    let key = StateKey<Ledger.Channel>.channel(id).bytes
    guard let value = try await source.query(key).value else {
      throw LedgerAPIError(.notFound, "The ledger has no channel \(id.hex).", parameter: "id")
    }
    return LedgerJSON.record(key, value)
  }

  /// Channels of a payer or payee: the table is looked through, a bounded part of it for each request.
  private func channels(_ parameters: ParameterReader) async throws -> JSON {
    let (payer, payee) = (try parameters.bytes(.payer), try parameters.bytes(.payee))
    guard payer != nil || payee != nil else { return try await records(.channel, parameters) }
    let limit = try parameters.limit
    var cursor = try parameters.bytes(.cursor) ?? []
    var found: [(key: [UInt8], value: [UInt8])] = []
    var looked = 0
    while looked < Self.scanLimit {
      let page = try await source.list(.channel, after: cursor, limit: Self.page)
      for record in page {
        cursor = record.key
        guard let channel = try? Ledger.Channel(decoding: record.value), payer == nil || channel.payer.bytes == payer,
          payee == nil || channel.payee.bytes == payee
        else { continue }
        found.append(record)
        if found.count == limit { return Self.listing(found, next: cursor) }
      }
      if page.count < Self.page { return Self.listing(found, next: nil) }
      looked += page.count
    }
    return Self.listing(found, next: cursor)
  }

  private func events(_ parameters: ParameterReader) async throws -> JSON {
    let after = try parameters.integer(.sequence) ?? 0
    var events = try await source.events(after: after, wait: .zero)
    let seconds = try parameters.integer(.wait) ?? 0
    if events.isEmpty, seconds > 0 {
      events = try await waiting { try await source.events(after: after, wait: .seconds(seconds)) }
    }
    let shown = events.prefix(try parameters.limit)
    return [
      "events": .array(shown.map(LedgerJSON.event)), "next": JSON(shown.last?.sequence ?? after),
    ]
  }

  /// Does what may take seconds, when not too many do.
  private func waiting<Value>(_ body: () async throws -> Value) async throws -> Value {
    guard let slot = waiters.take() else { throw LedgerAPIError(.busy, "Too many requests wait; ask again.") }
    defer { slot.release() }
    return try await body()
  }
}

/// Counts by code.
private final class Tally: Sendable {
  private let values = Mutex<[UInt32: UInt64]>([:])

  var counts: [UInt32: UInt64] { values.withLock { $0 } }

  func count(_ code: UInt32) { values.withLock { $0[code, default: 0] += 1 } }
}
