import Hashing
import Receipts

/// Pays a provider what a voucher adds to what was redeemed before, receipt by receipt, the publishers' royalties split
/// off each.
///
/// Fields: voucher 216, signed | lines, list of ≤ 256: receipt hash 32, program root 32, microcredits u64.
/// A line names a receipt, or, for an answer that broke off before its receipt was paid, what the voucher refers to. It
/// may pay less than the receipt says, when the payer went away, and never more; `disputeSettlement` holds it to that.
/// Checks: the voucher's chain (255), channel (251), key (256) and signature (257); the sender is the account of the
/// channel's provider (254); the voucher pays more than was redeemed (258) and no more than the deposit (259); no line is
/// of zero (22); the lines sum up to what is new (260, 21); no receipt was settled before (261).
public struct RedeemVoucher: Message {
  public static let kind: UInt16 = 42
  public static let name = "redeemVoucher"
  public static let scope = KeyScope.provider

  public static let lineLimit = 256

  /// What the voucher pays for one receipt.
  public struct Line: Equatable, Sendable {
    public var receipt: Digest
    public var program: Digest
    public var microcredits: UInt64

    public init(receipt: Digest, program: Digest, microcredits: UInt64) {
      self.receipt = receipt
      self.program = program
      self.microcredits = microcredits
    }
  }

  public var voucher: SignedVoucher
  public var lines: [Line]

  public init(voucher: SignedVoucher, lines: [Line]) {
    self.voucher = voucher
    self.lines = lines
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    voucher = try reader.readSigned()
    lines = try reader.readList(limit: Self.lineLimit, "lines") { reader throws(ByteReaderError) in
      Line(receipt: try reader.readDigest(), program: try reader.readDigest(), microcredits: try reader.read())
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: voucher.encoded())
    writer.writeList(lines) { writer, line in
      writer.write(line.receipt)
      writer.write(line.program)
      writer.write(line.microcredits)
    }
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let id = voucher.body.channel
    var channel = try check(from: sender, in: &ledger)
    var sum: UInt64 = 0
    for line in lines {
      guard line.microcredits > 0 else { throw Refusal(.zeroAmount, "receipt \(line.receipt.hex)") }
      sum = try LedgerContext.sum(sum, line.microcredits)
    }
    let added = voucher.body.cumulative - channel.redeemed
    guard sum == added else { throw Refusal(.wrongLines, "\(sum) where \(added) are new") }
    channel.redeemed = voucher.body.cumulative
    ledger.state.set(.channel(id), channel)
    for line in lines { try settle(line, of: channel, from: sender, in: &ledger) }
    ledger.emit(
      "voucherRedeemed",
      [
        MessageField("channel", id), MessageField("payer", channel.payer), MessageField("payee", channel.payee),
        MessageField("addedMicrocredits", added), MessageField("redeemedMicrocredits", channel.redeemed),
      ])
  }

  /// The voucher's channel, when the voucher is good and the sender's to redeem.
  private func check(from sender: Sender, in ledger: inout LedgerContext) throws(Refusal) -> Channel {
    let body = voucher.body
    guard body.chain == ledger.block.chain else { throw Refusal(.foreignVoucher, body.chain.hex) }
    let channel = try ledger.channel(body.channel)
    guard body.payerKey == channel.voucherKey else { throw Refusal(.wrongVoucherKey) }
    guard voucher.isSigned else { throw Refusal(.unsignedVoucher) }
    guard try ledger.provider(channel.payee).owner == sender.account else { throw Refusal(.notPayee) }
    guard body.cumulative > channel.redeemed else {
      throw Refusal(.replayedVoucher, "\(body.cumulative) where \(channel.redeemed) were redeemed")
    }
    guard body.cumulative <= channel.deposit else {
      throw Refusal(.uncoveredVoucher, "\(body.cumulative) of \(channel.deposit)")
    }
    return channel
  }

  private func settle(
    _ line: Line, of channel: Channel, from sender: Sender, in ledger: inout LedgerContext
  ) throws(Refusal) {
    let key = StateKey.settlement(channel.payee, line.receipt)
    guard !ledger.state.contains(key) else { throw Refusal(.alreadySettled, line.receipt.hex) }
    ledger.state.set(
      key,
      Settlement(
        channel: voucher.body.channel, program: line.program, amount: line.microcredits, height: ledger.block.height))
    let program = ledger.state.get(.program(line.program))
    let royalty = program?.royalty(of: line.microcredits) ?? 0
    if let program { try ledger.credit(program.publisher, .credit, royalty, .royalty, reference: line.receipt) }
    try ledger.credit(sender.account, .credit, line.microcredits - royalty, .answer, reference: line.receipt)
    ledger.emit(
      "receiptSettled",
      [
        MessageField("receipt", line.receipt), MessageField("provider", channel.payee),
        MessageField("channel", voucher.body.channel), MessageField("program", line.program),
        MessageField("microcredits", line.microcredits), MessageField("royaltyMicrocredits", royalty),
      ])
  }

  public var fields: [MessageField] {
    [
      MessageField("channel", voucher.body.channel),
      MessageField("cumulativeMicrocredits", voucher.body.cumulative),
      MessageField("reference", voucher.body.reference),
    ]
      + lines.map {
        MessageField("line", "\($0.receipt.hex) program \($0.program.hex) microcredits \($0.microcredits)")
      }
  }
}
