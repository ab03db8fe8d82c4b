import Hashing
import Receipts

/// Shows that a provider has redeemed a receipt of its own for another program, from another channel or for more than
/// the receipt says: so it would keep a publisher's royalty, or be paid for what nobody owes. Costs its account
/// `fraudPenalty`, once for a receipt.
///
/// An honest provider cannot lose by it: both sides are its own words, the receipt by its signature and the settlement
/// by its transaction, and the settlement's key names the provider, so nobody else can have settled the receipt. A
/// settlement of less is no offence: a payer who goes away before the last voucher leaves no more.
///
/// Fields: receipt 864, signed.
/// Checks: of this chain (300), by a registered provider (209) that has signed it (301); it is settled (320), not
/// refuted before (319), and the settlement differs (321).
public struct DisputeSettlement: Message {
  public static let kind: UInt16 = 66
  public static let name = "disputeSettlement"
  public static let scope = KeyScope.evidence

  public var receipt: SignedReceipt

  public init(receipt: SignedReceipt) {
    self.receipt = receipt
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) { self.init(receipt: try reader.readSigned()) }

  public func write(to writer: inout ByteWriter) { writer.write(contentsOf: receipt.encoded()) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let provider = try ledger.signer(of: receipt)
    let hash = receipt.hash
    guard var settlement = ledger.state.get(.settlement(provider.id, hash)) else { throw Refusal(.unsettled, hash.hex) }
    guard !settlement.isRefuted else { throw Refusal(.alreadyRefuted) }
    let body = receipt.body
    guard
      settlement.program != body.programRoot || settlement.channel != body.channel
        || settlement.amount > body.amountOwed
    else { throw Refusal(.soundSettlement) }
    settlement.isRefuted = true
    ledger.state.set(.settlement(provider.id, hash), settlement)
    try ledger.convict(provider.id, provider.record, by: sender, reference: hash)
    ledger.emit("settlementRefuted", [MessageField("provider", provider.id), MessageField("receipt", hash)])
  }

  public var fields: [MessageField] {
    [MessageField("receipt", receipt.hash), MessageField("provider", receipt.body.providerKey.provider)]
  }
}
