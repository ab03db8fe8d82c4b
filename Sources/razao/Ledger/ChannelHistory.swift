import Hashing
import Ledger
import StrictJSON

/// A receipt that was paid out of a channel.
struct SettledReceipt: Equatable {
  let receipt: Digest
  let provider: Digest
  let settlement: Settlement

  /// - Returns: `nil` for a record that is no settlement.
  init?(_ record: ListedRecord) {
    let identifier = record.key.dropFirst()
    guard identifier.count == 64, let provider = Digest(identifier.prefix(32)),
      let receipt = Digest(identifier.suffix(32)), let settlement = try? Settlement(decoding: record.value)
    else { return nil }
    (self.provider, self.receipt, self.settlement) = (provider, receipt, settlement)
  }

  /// Whether it is the sum that a closed channel leaves under its own id, and no receipt.
  var isClosing: Bool { receipt == settlement.channel }
}

/// What a channel that an account pays from has paid, receipt by receipt: the credits left the account's free balance
/// when they were set aside, so that its entries alone do not tell it.
struct ChannelHistory: Equatable {
  let id: Digest
  /// `nil` when the channel is closed.
  let channel: Channel?
  /// Oldest first.
  let receipts: [SettledReceipt]
  /// Microcredits that were ever paid out, as the channel's record says, or what it left when it was closed.
  let redeemed: UInt64

  /// - Parameters:
  ///   - channel: the proven record after block `height`, or `nil`.
  ///   - settled: all settlements that name the channel.
  init(id: Digest, channel: Channel?, height: UInt64, settled: [SettledReceipt]) {
    let known = settled.filter { $0.settlement.channel == id && $0.settlement.height <= height }
    self.id = id
    self.channel = channel
    receipts = known.filter { !$0.isClosing }.sorted {
      ($0.settlement.height, $0.receipt) < ($1.settlement.height, $1.receipt)
    }
    redeemed = channel?.redeemed ?? known.first { $0.isClosing }?.settlement.amount ?? 0
  }

  var sum: Int128 { receipts.reduce(0) { $0 + Int128($1.settlement.amount) } }

  /// Fails unless the receipts add up to what the channel has paid.
  func check() throws(LedgerClientError) {
    guard sum == Int128(redeemed) else {
      throw .unverified("the receipts of channel \(id) add up to \(sum) microcredits, it has paid \(redeemed)")
    }
  }

  var json: JSON {
    let list = receipts.map { paid -> JSON in
      [
        "receipt": .string(paid.receipt.hex), "provider": .string(paid.provider.hex),
        "program": .string(paid.settlement.program.hex), "microcredits": JSON(paid.settlement.amount),
        "height": JSON(paid.settlement.height), "refuted": .bool(paid.settlement.isRefuted),
      ]
    }
    return [
      "id": .string(id.hex), "open": .bool(channel != nil), "deposit": channel.map { JSON($0.deposit) } ?? .null,
      "redeemed": JSON(redeemed), "receipts": .array(list),
    ]
  }

  var lines: [String] {
    var lines = ["channel \(id)\(channel == nil ? ", closed" : "")"]
    for paid in receipts {
      let amount = DecimalAmount.text(paid.settlement.amount, decimals: CreditAmount.decimals)
      let mark = paid.settlement.isRefuted ? " refuted" : ""
      lines.append(
        "  \("\(paid.settlement.height)".padded(to: 8)) \(amount.padded(to: 18)) receipt \(paid.receipt)\(mark)")
    }
    let verdict = sum == Int128(redeemed) ? "which add up to" : "WHICH DO NOT ADD UP to"
    lines.append("\(receipts.count) receipts, \(verdict) the \(CreditAmount.words(redeemed)) that it paid")
    if let channel { lines.append("\(CreditAmount.words(channel.deposit - channel.redeemed)) are left in it") }
    return lines
  }
}

extension LedgerConnection {
  /// Settlements that are looked through, and channels that are explained.
  private static let settlementLimit = 200_000
  private static let channelLimit = 64

  /// What the channels that an account opened have paid; the newest 64 of them.
  func channels(of entries: [HistoryEntry]) async throws -> [ChannelHistory] {
    let opened = entries.filter { $0.cause == EntryCause.channelOpened.rawValue }.map(\.reference)
    guard !opened.isEmpty else { return [] }
    var proven: [(id: Digest, channel: Channel?, height: UInt64)] = []
    for id in opened.suffix(Self.channelLimit) {
      let file = try await proof(of: StateKey.channel(id).bytes)
      proven.append((id, try file.record(Channel.self), file.proven.height))
    }
    let settled = try await records(.settlement, limit: Self.settlementLimit).compactMap(SettledReceipt.init)
    return proven.map { ChannelHistory(id: $0.id, channel: $0.channel, height: $0.height, settled: settled) }
  }
}
