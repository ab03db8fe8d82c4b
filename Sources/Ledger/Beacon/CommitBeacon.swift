import Hashing

/// Commits to a secret for the beacon's present round.
///
/// Fields: round u64 | commitment 32, `BeaconRound.commitment(account:round:secret:)`.
/// Checks: the present round (350), in its first half (351); the account has an active stake of at least `minimumStake`
/// or an active bond of at least `minimumBond` (358); it has not committed before (354); fewer than 64 commitments
/// (353); the balance covers `beaconDeposit` (20, 23).
public struct CommitBeacon: Message {
  public static let kind: UInt16 = 70
  public static let name = "commitBeacon"
  public static let scope = KeyScope.beacon

  public var round: UInt64
  public var commitment: Digest

  public init(round: UInt64, commitment: Digest) {
    self.round = round
    self.commitment = commitment
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(round: try reader.read(), commitment: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(round)
    writer.write(commitment)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let phase = BeaconRound.phase(height: ledger.block.height, roundLength: ledger.parameters.beaconRound)
    guard round == phase.round else { throw Refusal(.otherRound, "\(round) in round \(phase.round)") }
    guard phase.takesCommitments else { throw Refusal(.commitsEnded) }
    let active = ledger.state.get(.stake(sender.account))?.active ?? 0
    let bonded = ledger.state.get(.bond(sender.account))?.active ?? 0
    guard active >= ledger.parameters.minimumStake || bonded >= ledger.parameters.minimumBond else {
      throw Refusal(.ineligible, "stake \(active), bond \(bonded) grains")
    }
    let deposit = ledger.parameters.beaconDeposit
    var record = ledger.state.get(.beaconRound(round)) ?? BeaconRound(deposit: deposit)
    guard !record.commits.contains(where: { $0.account == sender.account }) else { throw Refusal(.alreadyCommitted) }
    guard record.commits.count < BeaconRound.commitLimit else { throw Refusal(.roundFull) }
    try ledger.debit(from: sender, .raz, deposit, .deposit, reference: commitment)
    record.commits.append(BeaconRound.Commit(account: sender.account, commitment: commitment))
    ledger.state.set(.beaconRound(round), record)
    var state = ledger.state.get(.beaconState) ?? BeaconState(accumulator: ledger.block.chain)
    if state.round != round {
      state.round = round
      ledger.state.set(.beaconState, state)
    }
    ledger.emit("beaconCommitted", [MessageField("round", round), MessageField("account", sender.account)])
  }

  public var fields: [MessageField] { [MessageField("round", round), MessageField("commitment", commitment)] }
}
