import Hashing
import Receipts
import Testing

@testable import Ledger

/// A ledger in memory with named accounts, for tests: each `send` is a block.
struct TestChain {
  var machine: LedgerMachine
  var names: [String: Digest] = [:]
  /// Milliseconds that each block is later than the one before.
  var step: UInt64 = 1_000

  static func seed(_ name: String) -> [UInt8] { taggedHash("razao/test/key/1", Array(name.utf8)).bytes }

  /// The key of a name; each call makes it anew, since keys cannot be copied.
  static func key(_ name: String) throws -> SigningKey {
    guard let key = SigningKey(seed: seed(name)) else { throw TestChainError() }
    return key
  }

  /// A chain on which `alice` holds 1,000,000 RAZ and 1,000 credits.
  init(parameters: Parameters = Parameters(), configure: (inout Genesis) -> Void = { _ in }) throws {
    let alice = try Self.key("alice").publicKey.account
    var genesis = Genesis(
      chainID: "test-1", parameters: parameters,
      holders: [.init(account: alice, raz: 1_000_000_000_000_000, credit: 1_000_000_000)], time: 1_000_000)
    configure(&genesis)
    machine = try LedgerMachine.start(genesis).machine
    names["alice"] = alice
  }

  /// Names an account.
  @discardableResult mutating func add(_ name: String) throws -> Digest {
    let id = try Self.key(name).publicKey.account
    names[name] = id
    return id
  }

  func account(_ id: Digest) -> Account { record(.account(id)) ?? Account() }
  func account(_ name: String) -> Account { account(names[name] ?? .zero) }

  /// A committed record.
  func record<Value: Record>(_ key: StateKey<Value>) -> Value? {
    machine.committed.value(key.bytes).flatMap { try? Value(decoding: $0) }
  }

  /// A signed transaction; `key` signs where it is not the sender's own.
  func transaction(
    _ messages: [any Message], from name: String, key: String? = nil, nonce: UInt64? = nil, fee: UInt64 = 1_000_000
  ) throws -> [UInt8] {
    let signer = try Self.key(key ?? name)
    let owner = try Self.key(name).publicKey.account
    return try Transaction(
      chain: machine.chain, account: owner, key: signer.publicKey, nonce: nonce ?? account(owner).nonce, fee: fee,
      messages: messages
    ).signed(with: signer)
  }

  /// Makes a block of one transaction and says what became of it.
  mutating func send(_ message: any Message, from name: String, key: String? = nil) throws -> TransactionResult {
    let bytes = try transaction([message], from: name, key: key)
    return try #require(try block([bytes]).results.first)
  }

  /// Makes a block.
  @discardableResult mutating func block(
    _ transactions: [[UInt8]], misbehaviour: [Misbehaviour] = [], after: UInt64? = nil
  ) throws -> BlockResult {
    let height = machine.height + 1
    let block = Block(
      height: height, time: machine.time + (after ?? step), hash: taggedHash("razao/test/block/1", height.keyBytes),
      transactions: transactions, misbehaviour: misbehaviour)
    let result = try machine.finalizeBlock(block)
    machine.commit()
    return result
  }
}

/// A seed that is no key; cannot happen with 32 bytes.
struct TestChainError: Error {}
