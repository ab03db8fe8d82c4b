import Hashing

/// Finds a claim to be so when nobody has answered it in time; anybody may send it.
///
/// The provider's account loses `claimPenalty`, half of it to the claimant, who gets the deposit back; the provider's
/// record counts it. An honest provider has answered: see `ClaimUnanchored` and `ClaimDropped`.
///
/// Fields: claim 32.
/// Checks: there is such a claim (306), open (307), its deadline passed (309).
public struct ResolveClaim: Message {
  public static let kind: UInt16 = 64
  public static let name = "resolveClaim"
  public static let scope = KeyScope.evidence

  public var claim: Digest

  public init(claim: Digest) {
    self.claim = claim
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(claim: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) { writer.write(claim) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard var record = ledger.state.get(.claim(claim)) else { throw Refusal(.unknownClaim, claim.hex) }
    guard record.state == .open else { throw Refusal(.claimDecided) }
    guard ledger.block.time > record.deadline else { throw Refusal(.claimRuns, "until \(record.deadline)") }
    var provider = try ledger.provider(record.provider)
    switch record.kind {
    case .unanchored: provider.lateReceipts = provider.lateReceipts &+ 1
    case .dropped: provider.droppedSlots = provider.droppedSlots &+ 1
    }
    ledger.state.set(.provider(record.provider), provider)
    let deposit = record.deposit
    (record.state, record.deposit) = (.upheld, 0)
    ledger.state.set(.claim(claim), record)
    try ledger.credit(record.claimant, .raz, deposit, .depositReturned, reference: claim)
    let taken = try ledger.slash(
      provider.owner, ledger.parameters.claimPenalty, challenger: record.claimant, reference: claim)
    ledger.emit(
      "claimUpheld",
      [
        MessageField("claim", claim), MessageField("provider", record.provider),
        MessageField("subject", record.subject), MessageField("slashedAmount", taken),
      ])
  }

  public var fields: [MessageField] { [MessageField("claim", claim)] }
}
