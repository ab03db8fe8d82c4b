import Hashing
import Ledger
import StrictJSON

/// One movement of an account's free balance, as the ledger tells it.
struct HistoryEntry: Equatable {
  /// Counts all entries of the ledger.
  let sequence: UInt64
  let height: UInt64
  /// The transaction's place in its block; `nil` for what a block did by itself, as emission.
  let position: UInt64?
  let token: Token
  /// Grains or microcredits, negative where the account gave.
  let amount: Int128
  let cause: String
  let reference: Digest

  /// - Throws: `LedgerClientError.unverified` for anything that is no entry.
  init(_ json: JSON) throws(LedgerClientError) {
    guard let sequence = json["sequence"]?.integer.flatMap({ UInt64(exactly: $0) }),
      let height = json["height"]?.integer.flatMap({ UInt64(exactly: $0) }),
      let token = json["token"]?.string.flatMap({ name in Token.allCases.first { "\($0)" == name } }),
      let amount = Self.amount(json["amount"]), let cause = json["cause"]?.string
    else { throw .unverified("an entry that is none") }
    self.sequence = sequence
    self.height = height
    self.token = token
    self.amount = amount
    self.cause = JSONLines.printable(cause)
    position = json["position"]?.integer.flatMap { UInt64(exactly: $0) }
    reference = json["reference"]?.string.flatMap { Digest(hex: $0) } ?? .zero
  }

  private static func amount(_ json: JSON?) -> Int128? {
    json?.string.flatMap { Int128($0) } ?? json?.integer.map { Int128($0) }
  }

  var json: JSON {
    [
      "sequence": JSON(sequence), "height": JSON(height), "position": position.map { JSON($0) } ?? .null,
      "token": .string("\(token)"), "amount": JSON(amount), "cause": .string(cause),
      "reference": .string(reference.hex),
    ]
  }

  /// What it was for: `receipt 5d…`, `channel 7a…`, `with account 3f…`; empty for what explains itself.
  var purpose: String {
    guard reference != .zero else { return position.map { "transaction \($0) of the block" } ?? "" }
    return switch EntryCause(rawValue: cause) {
    case .answer, .royalty: "receipt \(reference)"
    case .channelOpened, .channelToppedUp, .channelReturned: "channel \(reference)"
    case .transfer: amount < 0 ? "to account \(reference)" : "from account \(reference)"
    default: "\(reference)"
    }
  }
}

/// Everything that ever moved an account's free balance, up to one block, and the balance that it explains.
struct AccountHistory {
  /// No history that is shown is longer.
  static let limit = 1_000_000

  let id: Digest
  /// The state after this block.
  let height: UInt64
  let account: Account
  let stake: Stake?
  /// Oldest first.
  let entries: [HistoryEntry]
  /// What the account's channels have paid.
  var channels: [ChannelHistory] = []

  func entries(of token: Token) -> [HistoryEntry] { entries.filter { $0.token == token } }

  func sum(of token: Token) -> Int128 { entries(of: token).reduce(0) { $0 &+ $1.amount } }

  /// Fails unless the entries of each token add up to the proven balance, and each channel's receipts to what it paid.
  func check() throws(LedgerClientError) {
    for token in Token.allCases where sum(of: token) != Int128(account[token]) {
      throw .unverified(
        "the entries of \(token) add up to \(sum(of: token)), the balance at block \(height) is \(account[token])")
    }
    for channel in channels { try channel.check() }
  }
}

extension LedgerConnection {
  /// An account's proven balance and its entries up to the same block.
  func history(of id: Digest) async throws -> AccountHistory {
    let file = try await proof(of: StateKey.account(id).bytes)
    let account = try file.record(Account.self) ?? Account()
    let stake = try await proof(of: StateKey.stake(id).bytes).record(Stake.self)
    let height = file.proven.height
    let entries = try await entries(of: id).filter { $0.height <= height }
    return AccountHistory(
      id: id, height: height, account: account, stake: stake, entries: entries,
      channels: try await channels(of: entries))
  }
}

extension LedgerConnection {
  /// An account's entries, oldest first; the ledger tells them newest first, in pages.
  private func entries(of id: Digest) async throws -> [HistoryEntry] {
    var entries: [HistoryEntry] = []
    var before: UInt64?
    while entries.count < AccountHistory.limit {
      let cursor = before.map { "&before=\($0)" } ?? ""
      guard let page = try await pages.page("/v1/accounts/\(id)/entries?limit=1000\(cursor)") else { break }
      guard let list = page["entries"]?.array else { throw LedgerClientError.unverified("a page without entries") }
      for json in list {
        let entry = try HistoryEntry(json)
        guard before.map({ entry.sequence < $0 }) ?? true else {
          throw LedgerClientError.unverified("entries out of order")
        }
        before = entry.sequence
        entries.append(entry)
      }
      guard !list.isEmpty, page["next"]?.isNull == false else { break }
    }
    return entries.reversed()
  }
}

extension ProofFile {
  /// The proven value as a record, or `nil` where it is absent.
  func record<Value: Record>(_ type: Value.Type) throws(LedgerClientError) -> Value? {
    guard let value = proven.value else { return nil }
    do { return try Value(decoding: value) } catch { throw .unverified("a record that is none: \(error)") }
  }
}
