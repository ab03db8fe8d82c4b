import Hashing
import Receipts
import Testing

@testable import Ledger

/// Records about money and validators have one encoding, and lists that end.
@Suite struct MoneyRecordTests {
  private let key: PublicKey

  init() throws {
    key = try #require(PublicKey([UInt8](repeating: 7, count: 32)))
  }

  private func survives<Value: Record>(_ value: Value, byteCount: Int) throws {
    let bytes = value.encoded()
    #expect(bytes.count == byteCount)
    #expect(try Value(decoding: bytes) == value)
    #expect(throws: ByteReaderError.self) { try Value(decoding: bytes + [0]) }
    #expect(throws: ByteReaderError.self) { try Value(decoding: Array(bytes.dropLast())) }
  }

  @Test func eachHasItsLayout() throws {
    var clock = EpochClock(origin: 2)
    (clock.number, clock.slot, clock.startSlot, clock.startIssued) = (1, 3, 4, 5)
    (clock.turnedAt, clock.pending) = (6, 7)
    #expect(clock.encoded().prefix(16) == [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    try survives(clock, byteCount: 56)
    try survives(
      Oracle(
        genesisPrice: 1, reporters: [.init(account: .zero, price: 2, time: 3)], epoch: 4, opening: 5, isHalted: true),
      byteCount: 8 + 4 + 48 + 16 + 1)
    try survives(
      Bond(key: key, active: 1, maturing: [.init(amount: 2, maturesAt: 3)], isJailed: true, slashed: 4),
      byteCount: 32 + 8 + 4 + 16 + 1 + 8)
    try survives(ConsensusKey(account: .zero, isPunished: true), byteCount: 33)
    try survives(
      ValidatorSet(
        candidates: [.init(account: .zero, bond: 1)], inForce: [.init(account: .zero, key: key, bond: 2)],
        removed: [key]),
      byteCount: 4 + 40 + 4 + 72 + 4 + 32)
  }

  @Test func whatTheyHoldIsCounted() {
    var clock = EpochClock()
    clock.pending = 7
    #expect(clock.holdings == Holdings(raz: 7))
    let bond = Bond(key: key, active: .max, maturing: [.init(amount: .max, maturesAt: 0)])
    #expect(bond.holdings == Holdings(raz: 2 * Int128(UInt64.max)))
    #expect(bond.total == .max)
  }

  @Test func listsOverTheirLimits() {
    let part = Stake.Maturing(amount: 1, maturesAt: 1)
    refuses(Bond(key: key, maturing: Array(repeating: part, count: 33)))
    refuses(Oracle(reporters: Array(repeating: .init(account: .zero), count: 33)))
    refuses(ValidatorSet(candidates: Array(repeating: .init(account: .zero, bond: 1), count: 257)))
    refuses(ValidatorSet(inForce: Array(repeating: .init(account: .zero, key: key, bond: 1), count: 65)))
    refuses(ValidatorSet(removed: Array(repeating: key, count: 65)))
  }

  private func refuses<Value: Record>(_ value: Value) {
    #expect(throws: ByteReaderError.self) { try Value(decoding: value.encoded()) }
  }

  @Test func tablesKnowTheirRecords() {
    for table in [StateTable.epoch, .oracle, .validators, .bond, .offence] { #expect(table.record != nil) }
  }
}
