import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct StakeTests {
  private static let day: UInt64 = 86_400_000

  @Test func table() throws {
    var chain = try TestChain()
    try chain.expect([
      .init("alice", AddStake(amount: 0), .zeroAmount),
      .init("alice", AddStake(amount: .max), .overspent),
      .init("alice", Unstake(amount: 1), .uncoveredUnstake),
      .init("alice", WithdrawStake(), .nothingMatured),
      .init("alice", AddStake(amount: 100)),
      .init("alice", Unstake(amount: 0), .zeroAmount),
      .init("alice", Unstake(amount: 101), .uncoveredUnstake),
      .init("alice", Unstake(amount: 40)),
      .init("alice", Unstake(amount: 61), .uncoveredUnstake),
      .init("alice", WithdrawStake(), .nothingMatured, after: 14 * Self.day - 2),
      .init("alice", WithdrawStake(), after: 2),
      .init("alice", WithdrawStake(), .nothingMatured, after: 2),
    ])
    let stake: Stake? = chain.record(.stake(try #require(chain.names["alice"])))
    #expect(stake?.active == 60)
    #expect(stake?.maturing == [])
  }

  @Test func onlyWhatHasMaturedIsPaid() throws {
    var chain = try TestChain()
    try chain.expect([
      .init("alice", AddStake(amount: 100)),
      .init("alice", Unstake(amount: 1)),
      .init("alice", Unstake(amount: 20), after: Self.day),
    ])
    let before = chain.account("alice").raz
    try chain.expect([.init("alice", WithdrawStake(), after: 13 * Self.day)])
    #expect(chain.account("alice").raz == before + 1 - 1_000_000)
  }

  @Test func atMost32PartsMature() throws {
    var chain = try TestChain()
    try chain.expect([.init("alice", AddStake(amount: 100))])
    try chain.expect((0..<32).map { _ in .init("alice", Unstake(amount: 1)) })
    try chain.expect([
      .init("alice", Unstake(amount: 1), .tooManyMaturing),
      .init("alice", WithdrawStake(), after: 14 * Self.day),
      .init("alice", Unstake(amount: 1)),
    ])
  }

  @Test func partsOfOneBlockAreOne() throws {
    var chain = try TestChain()
    let messages: [any Message] = [AddStake(amount: 9), Unstake(amount: 2), Unstake(amount: 3)]
    #expect(try chain.block([chain.transaction(messages, from: "alice")]).results.first?.code == 0)
    let stake: Stake? = chain.record(.stake(try #require(chain.names["alice"])))
    #expect(stake?.maturing.map(\.amount) == [5])
  }
}

/// A provider that cheats cannot unstake before its receipts expire.
@Suite struct StakeLockTests {
  private let sender: Sender
  private let now: UInt64 = 1_000 * 3_600_000

  init() throws {
    let key = try TestChain.key("provider").publicKey
    sender = Sender(account: key.account, key: key, isCold: true)
  }

  private func ledger(_ stake: Stake, at time: UInt64) -> LedgerContext {
    var ledger = LedgerContext(
      state: WorkingState(source: CommittedState()),
      block: BlockContext(chain: .zero, height: 9, time: time, hash: .zero), parameters: Parameters())
    ledger.state.set(.stake(sender.account), stake)
    return ledger
  }

  private func code(_ message: any Message, _ ledger: inout LedgerContext) -> RefusalCode? {
    do throws(Refusal) {
      try message.apply(from: sender, to: &ledger)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func maturedStakeWaitsForTheLastReceipt() {
    let stake = Stake(active: 5, maturing: [.init(amount: 7, maturesAt: 10)], lockedUntil: now)
    var early = ledger(stake, at: now - 1)
    #expect(code(WithdrawStake(), &early) == .stakeLocked)
    var last = ledger(stake, at: now)
    #expect(code(WithdrawStake(), &last) == .stakeLocked)
    #expect(last.state.get(.stake(sender.account)) == stake)
    var after = ledger(stake, at: now + 1)
    #expect(code(WithdrawStake(), &after) == nil)
    #expect(after.state.get(.account(sender.account))?.raz == 7)
  }

  @Test func reservesOfOpenReceiptsStayActive() {
    let stake = Stake(active: 10_000_000, open: [.init(hour: 999, count: 9), .init(hour: 1_001, count: 4)])
    var context = ledger(stake, at: now)
    #expect(code(Unstake(amount: 6_000_001), &context) == .reservedStake)
    #expect(code(Unstake(amount: 6_000_000), &context) == nil)
    #expect(code(Unstake(amount: 1), &context) == .reservedStake)
    var later = ledger(stake, at: now + 3_600_000)
    #expect(code(Unstake(amount: 10_000_000), &later) == nil)
  }

  @Test func aReserveThatDoesNotFitIsStillAReserve() {
    let stake = Stake(active: 10, open: [.init(hour: 1_001, count: .max)])
    var context = ledger(stake, at: now)
    #expect(code(Unstake(amount: 1), &context) == .reservedStake)
  }

  @Test func whatMaturesIsSlashedToo() throws {
    var context = ledger(Stake(active: 5), at: now)
    context.state.set(.supply, Supply(razIssued: 5))
    #expect(code(Unstake(amount: 5), &context) == nil)
    #expect(try context.slash(sender.account, 4, challenger: nil, reference: .zero) == 4)
    #expect(context.state.get(.stake(sender.account))?.maturing.map(\.amount) == [1])
    #expect(context.state.get(.supply)?.razBurned == 4)
  }

  @Test func aTimeThatDoesNotFit() {
    var context = ledger(Stake(active: 5), at: .max - 5)
    #expect(code(Unstake(amount: 5), &context) == .overflow)
  }
}
