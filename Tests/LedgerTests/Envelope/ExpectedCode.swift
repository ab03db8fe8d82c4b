import Hashing
import Receipts
import Testing

@testable import Ledger

/// A line of a table: one transaction of one message, and the code that it must end with.
struct ExpectedCode {
  let sender: String
  let key: String?
  let message: any Message
  let code: RefusalCode?
  let wait: UInt64

  /// - Parameters:
  ///   - key: who signs, where it is not the sender.
  ///   - after: milliseconds that pass before the block.
  ///   - code: `nil` for a transaction that applies.
  init(
    _ sender: String, _ message: any Message, _ code: RefusalCode? = nil, key: String? = nil, after wait: UInt64 = 1
  ) {
    self.sender = sender
    self.key = key
    self.message = message
    self.code = code
    self.wait = wait
  }
}

extension TestChain {
  /// RAZ in grains.
  static let raz: UInt64 = 1_000_000_000

  /// Sends each line in a block of its own. A refused transaction must leave nothing but its fee
  /// and nonce; that is looked at where no slot has passed, which changes other records.
  mutating func expect(_ lines: [ExpectedCode], sourceLocation: SourceLocation = #_sourceLocation) throws {
    for (index, line) in lines.enumerated() {
      let before = records()
      let bytes = try transaction([line.message], from: line.sender, key: line.key)
      let sender = try Self.key(line.sender).publicKey.account
      let result = try block([bytes], after: line.wait)
      let name = type(of: line.message).name
      #expect(
        result.results.first?.refusal?.code == line.code,
        "line \(index), \(name): \(result.results.first?.refusal?.description ?? "applied")",
        sourceLocation: sourceLocation)
      guard line.code != nil, line.wait < 12_000 else { continue }
      let apart = [StateTable.pot, .hotKey].map(\.rawValue)
      let changed = changes(since: before).filter { !apart.contains($0[0]) }
      #expect(
        changed.allSatisfy { $0 == StateKey<Account>.account(sender).bytes },
        "line \(index), \(name) was refused and left a trace", sourceLocation: sourceLocation)
    }
    #expect(try imbalance() == .none, sourceLocation: sourceLocation)
  }

  /// Everything in the state.
  func records() -> [[UInt8]: [UInt8]] {
    var records: [[UInt8]: [UInt8]] = [:]
    machine.committed.tree.visit { _, key, value in records[key] = value }
    return records
  }

  /// Keys whose records differ.
  func changes(since before: [[UInt8]: [UInt8]]) -> [[UInt8]] {
    let now = records()
    return Set(before.keys).union(now.keys).filter { before[$0] != now[$0] }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// What all records hold beyond what the supply says; none in a sound state.
  func imbalance() throws -> Holdings {
    try Conservation.total(records().map { (key: $0.key, value: $0.value) })
  }

  /// What RAZ is out, and how it came to be so.
  var supply: Supply { record(.supply) ?? Supply() }

  /// Lets block time pass.
  mutating func wait(_ milliseconds: UInt64) throws { try block([], after: milliseconds) }

  /// Lets block time pass and makes a block with a transaction, so that slots are counted.
  @discardableResult
  mutating func count(after milliseconds: UInt64, misbehaviour: [Misbehaviour] = []) throws -> BlockResult {
    let result = try block(
      [try transaction([Burn(amount: 1)], from: "alice")], misbehaviour: misbehaviour, after: milliseconds)
    #expect(result.results.first?.refusal == nil)
    return result
  }

  /// What lies in the pot `incentives`, grains.
  var incentives: UInt64 { (record(.pot(.incentives)) ?? Pot()).raz }
}

extension Genesis {
  /// Adds an account with RAZ of its own.
  mutating func add(_ name: String, raz: UInt64 = 1_000 * TestChain.raz, credit: UInt64 = 0, stake: UInt64 = 0) throws {
    let account = try TestChain.key(name).publicKey.account
    holders.append(.init(account: account, raz: raz, credit: credit, stake: stake))
  }

  /// Adds a consensus validator; its key is named after the account.
  mutating func addValidator(_ name: String, bond: UInt64) throws {
    try add(name)
    validators.append(
      .init(
        account: try TestChain.key(name).publicKey.account, key: try TestChain.key(name + "-consensus").publicKey,
        bond: bond))
  }
}
