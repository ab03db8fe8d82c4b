import Hashing

/// Reveals the secret that the account has committed to in the present round, and gives the deposit back. Whoever does
/// not reveal in the round loses it.
///
/// Fields: round u64 | secret 32.
/// Checks: the present round (350), in its second half (352); the account has committed (355) and not revealed (357);
/// the secret is the one committed to (356).
public struct RevealBeacon: Message {
  public static let kind: UInt16 = 71
  public static let name = "revealBeacon"
  public static let scope = KeyScope.beacon

  public var round: UInt64
  public var secret: Digest

  public init(round: UInt64, secret: Digest) {
    self.round = round
    self.secret = secret
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(round: try reader.read(), secret: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(round)
    writer.write(secret)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let phase = BeaconRound.phase(height: ledger.block.height, roundLength: ledger.parameters.beaconRound)
    guard round == phase.round else { throw Refusal(.otherRound, "\(round) in round \(phase.round)") }
    guard !phase.takesCommitments else { throw Refusal(.revealsNotBegun) }
    guard var record = ledger.state.get(.beaconRound(round)),
      let place = record.commits.firstIndex(where: { $0.account == sender.account })
    else { throw Refusal(.notCommitted) }
    let commit = record.commits[place]
    guard commit.secret == nil else { throw Refusal(.alreadyRevealed) }
    let commitment = BeaconRound.commitment(account: sender.account, round: round, secret: secret)
    guard commitment == commit.commitment else { throw Refusal(.wrongReveal) }
    record.commits[place].secret = secret
    ledger.state.set(.beaconRound(round), record)
    try ledger.credit(sender.account, .raz, record.deposit, .depositReturned, reference: commitment)
    ledger.emit("beaconRevealed", [MessageField("round", round), MessageField("account", sender.account)])
  }

  public var fields: [MessageField] { [MessageField("round", round), MessageField("secret", secret)] }
}
