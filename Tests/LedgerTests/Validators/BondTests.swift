import Hashing
import Receipts
import Testing

@testable import Ledger

extension TestChain {
  /// A bond whose consensus key is named after the account, unless `signer` signs another's proof.
  func bond(
    _ name: String, _ amount: UInt64, key: String? = nil, signer: String? = nil, for account: String? = nil
  ) throws -> AddBond {
    let digest = AddBond.possessionDigest(
      chain: machine.chain, account: try Self.key(account ?? name).publicKey.account)
    let key = key ?? name + "-consensus"
    return AddBond(
      key: try Self.key(key).publicKey, amount: amount,
      possession: try Self.key(signer ?? key).signature(over: digest))
  }

  func bond(of name: String) throws -> Bond? { record(.bond(try Self.key(name).publicKey.account)) }

  var validators: ValidatorSet { record(.validatorSet) ?? ValidatorSet() }

  /// Names' powers in the set in force.
  func powers(_ names: [String]) throws -> [UInt64?] {
    let set = validators
    return try names.map { name in
      let account = try Self.key(name).publicKey.account
      return set.inForce.first { $0.account == account }?.power
    }
  }
}

@Suite struct BondTests {
  private static let least: UInt64 = 1_000_000_000
  private static let day: UInt64 = 86_400_000

  private func chain() throws -> TestChain {
    try TestChain { genesis in
      for name in ["bert", "cora"] { try? genesis.add(name) }
      try? genesis.addValidator("vera", bond: 5 * TestChain.raz)
    }
  }

  @Test func bondingTable() throws {
    var chain = try chain()
    let otherChain = AddBond.possessionDigest(
      chain: .zero, account: try TestChain.key("bert").publicKey.account)
    let foreign = try TestChain.key("bert-consensus").signature(over: otherChain)
    let key = try TestChain.key("bert-consensus").publicKey
    try chain.expect([
      .init("bert", try chain.bond("bert", 0), .zeroAmount),
      .init("bert", try chain.bond("bert", Self.least, signer: "bert"), .badPossession),
      .init("bert", try chain.bond("bert", Self.least, for: "cora"), .badPossession),
      .init("bert", AddBond(key: key, amount: Self.least, possession: foreign), .badPossession),
      .init("bert", try chain.bond("bert", Self.least - 1), .lowBond),
      .init("bert", try chain.bond("bert", 2_000 * TestChain.raz), .overspent),
      .init("bert", try chain.bond("bert", Self.least, key: "vera-consensus"), .takenConsensusKey),
      .init("bert", try chain.bond("bert", Self.least)),
      .init("bert", try chain.bond("bert", Self.least, key: "other"), .otherConsensusKey),
      .init("bert", try chain.bond("bert", 1)),
      .init("cora", try chain.bond("cora", Self.least, key: "bert-consensus"), .takenConsensusKey),
    ])
    #expect(try chain.bond(of: "bert")?.active == Self.least + 1)
  }

  @Test func unbondingTable() throws {
    var chain = try chain()
    try chain.expect([
      .init("bert", Unbond(amount: 1), .uncoveredUnbond),
      .init("bert", WithdrawBond(), .nothingMatured),
      .init("bert", try chain.bond("bert", 3 * Self.least)),
      .init("bert", Unbond(amount: 0), .zeroAmount),
      .init("bert", Unbond(amount: 3 * Self.least + 1), .uncoveredUnbond),
      .init("bert", Unbond(amount: 2 * Self.least + 1), .lowBond),
      .init("bert", Unbond(amount: 2 * Self.least)),
      .init("bert", Unbond(amount: Self.least)),
      .init("bert", WithdrawBond(), .nothingMatured, after: 14 * Self.day - 2),
      .init("bert", WithdrawBond(), after: 1),
      .init("bert", WithdrawBond(), after: 1),
      .init("bert", WithdrawBond(), .nothingMatured),
    ])
    #expect(try chain.bond(of: "bert") == nil)
  }

  @Test func theLastValidatorCannotLeave() throws {
    var chain = try chain()
    try chain.expect([
      .init("vera", Unbond(amount: 5 * Self.least), .lastValidator),
      .init("vera", Unbond(amount: 4 * Self.least)),
      .init("bert", try chain.bond("bert", Self.least)),
      .init("vera", Unbond(amount: Self.least)),
      .init("bert", Unbond(amount: Self.least), .lastValidator),
    ])
  }

  @Test func atMost32PartsMature() throws {
    var chain = try chain()
    try chain.expect((0..<32).map { _ in .init("vera", Unbond(amount: 1)) })
    try chain.expect([.init("vera", Unbond(amount: 1), .tooManyMaturing)])
  }

  @Test func aKeyIsFreeOnceItsBondIsPaidOut() throws {
    var chain = try chain()
    try chain.expect([
      .init("bert", try chain.bond("bert", Self.least)),
      .init("bert", Unbond(amount: Self.least)),
      .init("cora", try chain.bond("cora", Self.least, key: "bert-consensus"), .takenConsensusKey),
      .init("bert", try chain.bond("bert", Self.least, key: "other"), .otherConsensusKey),
      .init("bert", WithdrawBond(), after: 14 * Self.day),
      .init("cora", try chain.bond("cora", Self.least, key: "bert-consensus")),
      .init("bert", try chain.bond("bert", Self.least, key: "other")),
    ])
  }

  @Test func genesisRefusesBondsThatAreNone() throws {
    let raz = TestChain.raz
    #expect(throws: LedgerFault.self) { try TestChain { try? $0.addValidator("vera", bond: raz - 1) } }
    #expect(throws: LedgerFault.self) {
      try TestChain { genesis in for _ in 0..<2 { try? genesis.addValidator("vera", bond: raz) } }
    }
    #expect(throws: LedgerFault.self) {
      try TestChain { genesis in
        for name in ["vera", "vito"] { try? genesis.addValidator(name, bond: raz) }
        genesis.validators[1].key = genesis.validators[0].key
      }
    }
    #expect(throws: LedgerFault.self) {
      try TestChain { genesis in for number in 0..<257 { try? genesis.addValidator("v\(number)", bond: raz) } }
    }
    #expect(throws: LedgerFault.self) { try TestChain { try? $0.addValidator("vera", bond: Supply.cap) } }
  }
}
