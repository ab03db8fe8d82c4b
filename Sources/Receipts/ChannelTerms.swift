import Hashing

/// What both sides of a channel know from the ledger.
public struct ChannelTerms: Hashable, Sendable {
  public var chain: Digest
  public var channel: Digest
  /// The key that signs its vouchers.
  public var payerKey: PublicKey
  /// Millionths of a credit that the channel can pay out in all.
  public var capacity: UInt64

  public init(chain: Digest, channel: Digest, payerKey: PublicKey, capacity: UInt64) {
    self.chain = chain
    self.channel = channel
    self.payerKey = payerKey
    self.capacity = capacity
  }

  /// The payee's check of a voucher: of this chain and channel, signed by its key, above what it holds, covered.
  /// - Parameters:
  ///   - voucher: from the payer.
  ///   - held: the highest cumulative amount that the payee holds a voucher for; 0 for none.
  ///   - due: the least that the voucher must pay in all.
  public func check(_ voucher: SignedVoucher, above held: UInt64, due: UInt64 = 0) throws(VoucherRefutation) {
    let body = voucher.body
    guard body.chain == chain else { throw .chain }
    guard body.channel == channel else { throw .channel }
    guard body.payerKey == payerKey else { throw .key }
    guard voucher.isSigned else { throw .signature }
    guard body.cumulative > held else { throw .replayed(stated: body.cumulative, held: held) }
    guard body.cumulative <= capacity else { throw .uncovered(stated: body.cumulative, capacity: capacity) }
    guard body.cumulative >= due else { throw .short(stated: body.cumulative, due: due) }
  }
}

/// Why a payee does not take a voucher.
public enum VoucherRefutation: Error, Equatable, Sendable, CustomStringConvertible {
  case chain
  case channel
  /// Signed by another key than the channel names.
  case key
  case signature
  /// Not above the voucher that the payee holds already.
  case replayed(stated: UInt64, held: UInt64)
  /// More than the channel can pay out.
  case uncovered(stated: UInt64, capacity: UInt64)
  /// Less than what is due.
  case short(stated: UInt64, due: UInt64)

  public var description: String {
    switch self {
    case .chain: "the voucher is of another chain"
    case .channel: "the voucher is of another channel"
    case .key: "the voucher names another key than the channel"
    case .signature: "the channel's key did not sign the voucher"
    case .replayed(let stated, let held): "the voucher is for \(stated), and one for \(held) is held already"
    case .uncovered(let stated, let capacity): "the voucher is for \(stated), and the channel holds \(capacity)"
    case .short(let stated, let due): "the voucher is for \(stated), and \(due) is due"
    }
  }
}

/// The payer's side of a channel: what it has found itself to owe, and what it has signed for. It signs no more than
/// that, whatever a provider claims.
public struct PayerChannel: Equatable, Sendable {
  public let terms: ChannelTerms
  /// Millionths of a credit owed over the channel's whole life, by checkpoints and receipts that the payer has checked.
  public private(set) var owed: UInt64
  /// The highest amount that a voucher was made for.
  public private(set) var promised: UInt64

  /// - Returns: `nil` when more was promised than owed, or more is owed than the channel can pay out.
  public init?(terms: ChannelTerms, owed: UInt64 = 0, promised: UInt64 = 0) {
    guard promised <= owed, owed <= terms.capacity else { return nil }
    self.terms = terms
    self.owed = owed
    self.promised = promised
  }

  /// Notes what an answer has cost since the last note.
  /// - Throws: `VoucherRefusal.uncovered` when the channel cannot pay it; nothing is noted then.
  public mutating func owe(_ amount: UInt64) throws(VoucherRefusal) {
    let (sum, overflow) = owed.addingReportingOverflow(amount)
    guard !overflow, sum <= terms.capacity else { throw .uncovered(owed: owed, more: amount, capacity: terms.capacity) }
    owed = sum
  }

  /// The voucher that pays what the provider asks for, if that is owed.
  /// - Parameters:
  ///   - claimed: the cumulative amount that the provider asks for.
  ///   - reference: the hash of what it pays up to.
  public mutating func voucher(for claimed: UInt64, reference: Digest) throws(VoucherRefusal) -> Voucher {
    guard claimed <= owed else { throw .overclaimed(claimed: claimed, owed: owed) }
    guard claimed >= promised else { throw .falling(claimed: claimed, promised: promised) }
    promised = claimed
    return Voucher(
      chain: terms.chain, channel: terms.channel, payerKey: terms.payerKey, cumulative: claimed, reference: reference)
  }
}

/// Why a payer makes no voucher.
public enum VoucherRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// More than the payer has found itself to owe.
  case overclaimed(claimed: UInt64, owed: UInt64)
  /// Less than an earlier voucher, which would be worth nothing.
  case falling(claimed: UInt64, promised: UInt64)
  /// More than the channel can pay out.
  case uncovered(owed: UInt64, more: UInt64, capacity: UInt64)

  public var description: String {
    switch self {
    case .overclaimed(let claimed, let owed): "\(claimed) is claimed, and \(owed) is owed"
    case .falling(let claimed, let promised): "\(claimed) is claimed, and \(promised) was promised before"
    case .uncovered(let owed, let more, let capacity):
      "\(owed) and \(more) more would be owed, and the channel holds \(capacity)"
    }
  }
}
