import Hashing
import Receipts

/// Says that a provider has signed a receipt and not anchored it in time; anybody who has the receipt may.
///
/// *In time* is block time up to `finished + anchorWindow`. An honest provider cannot lose by it: only its own key makes
/// the receipt, it anchors within the window, and one `answerUnanchored` with the path then ends the claim and brings it
/// the deposit. It must refuse jobs whose receipt would live longer than `receiptLifetime` (no claim is taken about
/// those), keep enough stake to anchor what it accepts, and keep its batches' paths until their receipts expire.
/// What lateness costs: a batch of a height below the claim's but after the window costs nothing, and the claimant gets
/// the deposit back; a batch of the claim's height or later is no answer.
///
/// Fields: receipt 864, signed.
/// Checks: of this chain (300), by a registered provider (209) that has signed it (301); block time is later than
/// `finished + anchorWindow` (302), not later than the expiry (303); it lives at most `receiptLifetime` from its
/// finish (304); no claim about it before (305); the balance covers `claimDeposit` (20, 23).
public struct ClaimUnanchored: Message {
  public static let kind: UInt16 = 60
  public static let name = "claimUnanchored"
  public static let scope = KeyScope.evidence

  public var receipt: SignedReceipt

  public init(receipt: SignedReceipt) {
    self.receipt = receipt
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) { self.init(receipt: try reader.readSigned()) }

  public func write(to writer: inout ByteWriter) { writer.write(contentsOf: receipt.encoded()) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let provider = try ledger.signer(of: receipt)
    let (now, parameters) = (ledger.block.time, ledger.parameters)
    let (finished, expiry) = (receipt.body.times.finished, receipt.body.expiry)
    let dueBy = try LedgerContext.sum(finished, parameters.anchorWindow)
    guard now > dueBy else { throw Refusal(.anchorWindowRuns, "until \(dueBy), now \(now)") }
    guard now <= expiry else { throw Refusal(.expiredStatement, "at \(expiry), now \(now)") }
    guard expiry <= (try LedgerContext.sum(finished, parameters.receiptLifetime)) else { throw Refusal(.longLived) }
    try ledger.open(
      Claim(
        kind: .unanchored, claimant: sender.account, provider: provider.id, subject: receipt.hash, dueBy: dueBy,
        height: ledger.block.height, deadline: try LedgerContext.sum(now, parameters.claimWindow),
        deposit: parameters.claimDeposit),
      from: sender, owner: provider.record.owner)
  }

  public var fields: [MessageField] {
    [
      MessageField("receipt", receipt.hash), MessageField("provider", receipt.body.providerKey.provider),
      MessageField("claim", Claim.id(.unanchored, receipt.hash)),
    ]
  }
}
