import Hashing

/// The messages of the beacon.
enum BeaconMessages {
  static let types: [any Message.Type] = [CommitBeacon.self, RevealBeacon.self]
}

/// The randomness of each block: what committed accounts have revealed, and the engine's hash of the block.
///
/// *Which draws a coalition has.* With f of a round's revealers it has 2^f accumulators at most, one for each set of
/// secrets that it keeps back, at a `beaconDeposit` burned for each; the last to reveal knows what he chooses between.
/// Who proposes the block that a beacon is made of can besides try as many contents of that block as it can hash in its
/// turn, and on a quiet chain choose which block is the first with transactions. A ledger of a single operator is
/// drawn by him alone. Audit rates have to be worked out for the best of all these draws.
enum BeaconRules {
  /// Ends a round that is over, and keeps the beacon for what was anchored two or more blocks ago.
  static func begin(_ ledger: inout LedgerContext) {
    guard var state = ledger.state.get(.beaconState) else { return }
    let before = state
    close(&state, &ledger)
    let height = ledger.block.height
    for anchored in state.wanted where anchored + 2 <= height {
      ledger.state.set(
        .beacon(anchoredAt: anchored),
        Beacon(
          height: height, time: ledger.block.time, accumulator: state.accumulator, blockHash: ledger.block.hash))
    }
    state.wanted.removeAll { $0 + 2 <= height }
    if state != before { ledger.state.set(.beaconState, state) }
  }

  static func end(_ ledger: inout LedgerContext) {}

  /// Says that something is anchored in this block whose beacon has to be kept.
  static func want(_ ledger: inout LedgerContext) {
    var state = ledger.state.get(.beaconState) ?? BeaconState(accumulator: ledger.block.chain)
    // At most this height and the two before it: `begin` has served the others.
    guard state.wanted.last != ledger.block.height else { return }
    state.wanted.append(ledger.block.height)
    ledger.state.set(.beaconState, state)
  }

  /// Takes a round's secrets into the accumulator and burns the deposits of those who kept theirs back.
  private static func close(_ state: inout BeaconState, _ ledger: inout LedgerContext) {
    let phase = BeaconRound.phase(height: ledger.block.height, roundLength: ledger.parameters.beaconRound)
    guard state.round < phase.round, let round = ledger.state.get(.beaconRound(state.round)) else { return }
    let forfeited = round.deposit * UInt64(round.missing)
    do throws(Refusal) { try ledger.burn(.raz, forfeited) } catch { return }
    ledger.state.set(.beaconRound(state.round), nil)
    state.accumulator = BeaconState.accumulator(
      after: state.accumulator, state.round, round.commits.compactMap(\.secret))
    ledger.emit(
      "beaconRoundEnded",
      [
        MessageField("round", state.round), MessageField("revealed", round.commits.count - round.missing),
        MessageField("missing", round.missing), MessageField("burnedAmount", forfeited),
        MessageField("accumulator", state.accumulator),
      ])
  }
}
