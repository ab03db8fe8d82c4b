import Hashing
import Testing

@testable import Ledger

/// Records that only a lying ledger shows its clients: nothing in them may trap whoever reads them.
@Suite struct HostileRecordTests {
  @Test func aFeeThatNoLedgerAsksForIsClamped() throws {
    let bytes = [UInt8](repeating: 0xFF, count: 8 * Parameters.definitions.count)
    let parameters = try Parameters(decoding: bytes)
    #expect(parameters.fee(byteCount: 65_536) == .max)
    #expect(Parameters().fee(byteCount: 300) == 13_000)
  }

  @Test func aStakeLargerThanAllRazIsClamped() throws {
    let part = Stake.Maturing(amount: .max, maturesAt: .max)
    let hour = Stake.OpenReceipts(hour: .max, count: .max)
    let stake = Stake(active: .max, maturing: [part, part], open: [hour, hour])
    let read = try Stake(decoding: stake.encoded())
    #expect(read.total == .max)
    #expect(read.openCount(now: .max) == .max)
    #expect(read.holdings.raz == 3 * Int128(UInt64.max))
  }
}
