import Hashing
import Receipts

/// Shows the receipt of a job that was said to be dropped; anybody may. That the receipt is true is for audits and
/// disputes to check: it is signed and can be claimed and anchored as any other.
///
/// Fields: claim 32 | receipt 864, signed.
/// Checks: there is such a claim (306), about a job (310), open (307), its deadline not passed (308); the receipt is of
/// this chain (300), by a registered provider (209) that has signed it (301); it is the claimed provider's, refers to
/// the accept and states the joint seed of the posted secret (317).
/// The deposit goes to the provider's account. A broken-off answer ends the claim too, since who has broken it off cannot
/// be told, but the deposit goes back to the claimant, and `Provider.brokenSlots` counts it for whoever chooses a
/// provider.
public struct AnswerDropped: Message {
  public static let kind: UInt16 = 63
  public static let name = "answerDropped"
  public static let scope = KeyScope.provider

  public var claim: Digest
  public var receipt: SignedReceipt

  public init(claim: Digest, receipt: SignedReceipt) {
    self.claim = claim
    self.receipt = receipt
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(claim: try reader.readDigest(), receipt: try reader.readSigned())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(claim)
    writer.write(contentsOf: receipt.encoded())
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let record = try ledger.answerable(claim, .dropped)
    let signer = try ledger.signer(of: receipt)
    guard signer.id == record.provider else { throw Refusal(.otherAnswer, "another provider's") }
    guard receipt.body.acceptHash == record.subject else { throw Refusal(.otherAnswer, "another accept") }
    guard receipt.body.seed == .joint(revealing: record.secret) else { throw Refusal(.otherAnswer, "another seed") }
    let isBroken = receipt.body.answer.isPartial
    if isBroken {
      var provider = signer.record
      provider.brokenSlots = provider.brokenSlots &+ 1
      ledger.state.set(.provider(signer.id), provider)
    }
    try ledger.answer(claim, record, wasIdle: !isBroken)
  }

  public var fields: [MessageField] { [MessageField("claim", claim), MessageField("receipt", receipt.hash)] }
}
