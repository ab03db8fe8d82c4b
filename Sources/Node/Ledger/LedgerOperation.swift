import HTTPTypes
import StrictJSON

/// Everything that the ledger's HTTP interface does. Router and documentation are both made from this list.
enum LedgerOperation: String, CaseIterable, Sendable {
  case status, blocks, block, transaction, submit, account, entries, state, table, providers, programs, auditors
  case channels, channel, events, document, metrics, health

  var method: HTTPRequest.Method { self == .submit ? .post : .get }

  /// With parameters in braces, as OpenAPI and the router both write them.
  var path: String {
    switch self {
    case .status: "/v1/status"
    case .blocks: "/v1/blocks"
    case .block: "/v1/blocks/{height}"
    case .transaction: "/v1/transactions/{id}"
    case .submit: "/v1/transactions"
    case .account: "/v1/accounts/{id}"
    case .entries: "/v1/accounts/{id}/entries"
    case .state: "/v1/state/{key}"
    case .table: "/v1/tables/{table}"
    case .providers: "/v1/providers"
    case .programs: "/v1/programs"
    case .auditors: "/v1/auditors"
    case .channels: "/v1/channels"
    case .channel: "/v1/channels/{id}"
    case .events: "/v1/events"
    case .document: "/openapi.json"
    case .metrics: "/metrics"
    case .health: "/healthz"
    }
  }

  var parameters: [APIParameter] {
    switch self {
    case .status, .submit, .document, .metrics, .health: []
    case .blocks: [.from, .limit]
    case .block: [.height, .position, .limit]
    case .transaction: [.transaction, .wait]
    case .account: [.account]
    case .entries: [.account, .before, .limit]
    case .state: [.key]
    case .table: [.table, .cursor, .limit]
    case .providers, .programs, .auditors: [.cursor, .limit]
    case .channels: [.payer, .payee, .cursor, .limit]
    case .channel: [.channel]
    case .events: [.sequence, .limit, .wait]
    }
  }

  var summary: String {
    switch self {
    case .status: "Which ledger this is and how far it is."
    case .blocks: "Blocks, the newest first."
    case .block: "One block and its transactions."
    case .transaction: "A transaction, where it ended up, and what it says."
    case .submit: "Hands a signed transaction in; answers when the check before the block took it."
    case .account: "An account's balances, and its stake."
    case .entries: "What moved an account's balances, the newest first."
    case .state: "A value of the state with everything that proves it: proof, and the header of its block."
    case .table: "Records of a table in the order of their keys, without proof."
    case .providers: "Registered providers."
    case .programs: "Registered programs."
    case .auditors: "Registered auditors."
    case .channels: "Payment channels; at most 10,000 are looked through at a time, `next` goes on."
    case .channel: "One payment channel."
    case .events: "What happened, in order; waits when nothing has happened yet."
    case .document: "This document."
    case .metrics: "Figures in Prometheus' text format."
    case .health: "Whether the service answers."
    }
  }

  /// Name of the answer's schema; `nil` for text.
  var answer: String? {
    switch self {
    case .status: "Status"
    case .blocks: "Blocks"
    case .block: "BlockWithTransactions"
    case .transaction: "Transaction"
    case .submit: "Submitted"
    case .account: "Account"
    case .entries: "Entries"
    case .state: "ProvenValue"
    case .table, .providers, .programs, .auditors, .channels: "Records"
    case .channel: "Record"
    case .events: "Events"
    case .document: "Document"
    case .health: "Health"
    case .metrics: nil
    }
  }

  /// Status codes of its errors.
  var errors: [Int] {
    switch self {
    case .health, .document: []
    case .status, .metrics: [503]
    case .submit: [413, 422, 429, 503]
    case .block, .transaction, .account, .channel: [400, 404, 503]
    case .events: [400, 429, 503]
    default: [400, 503]
    }
  }
}
