import Foundation
import Hashing
import Ledger
import LedgerStore
import Receipts
import Testing

/// A folder that goes when the test does.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "razao-ledger-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Someone with a key and an account.
struct Holder {
  let seed: [UInt8]
  let key: PublicKey
  var account: Digest { key.account }

  init(_ number: UInt8) throws {
    seed = [UInt8](repeating: number, count: 32)
    key = try #require(Self.key(seed))
  }

  private static func key(_ seed: [UInt8]) -> PublicKey? {
    guard let key = SigningKey(seed: seed) else { return nil }
    return key.publicKey
  }

  func signed(_ messages: [any Message], nonce: UInt64, genesis: Genesis) throws -> [UInt8] {
    guard let signer = SigningKey(seed: seed) else { throw NoKey() }
    return try Transaction(
      chain: genesis.chain, account: account, key: key, nonce: nonce, fee: 1_000_000, messages: messages
    ).signed(with: signer)
  }

  func transfer(to: Digest, _ amount: UInt64, nonce: UInt64, genesis: Genesis) throws -> [UInt8] {
    try signed([Transfer(to: to, amount: amount)], nonce: nonce, genesis: genesis)
  }
}

/// A small ledger's beginnings.
enum TestLedger {
  static func genesis(_ holders: [Holder], raz: UInt64 = 1_000_000_000_000) -> Genesis {
    Genesis(chainID: "test-1", holders: holders.map { .init(account: $0.account, raz: raz) }, time: 5_000)
  }

  /// A key that signs blocks.
  static func key(_ number: UInt8 = 99) throws -> SigningKey {
    guard let key = SigningKey(seed: [UInt8](repeating: number, count: 32)) else { throw NoKey() }
    return key
  }

  /// A store with a genesis and a block of transfers; the machine that made them.
  static func stored(at path: String, transfers: Int = 3) throws -> (store: LedgerStore, machine: LedgerMachine) {
    let holder = try Holder(1)
    let genesis = genesis([holder])
    let store = try LedgerStore(path: path)
    var (machine, first) = try LedgerMachine.start(genesis)
    try store.commit(first, chainID: genesis.chainID, blockHash: .zero)
    let transactions = try (0..<transfers).map {
      try holder.transfer(to: SHA256.hash([UInt8($0)]), 1_000, nonce: UInt64($0), genesis: genesis)
    }
    let result = try machine.finalizeBlock(
      Block(height: 1, time: 6_000, hash: SHA256.hash([1]), transactions: transactions))
    try store.commit(result, chainID: genesis.chainID, blockHash: SHA256.hash([1]))
    machine.commit()
    return (store, machine)
  }
}

/// All records of a store.
func records(of store: LedgerStore) throws -> [(key: [UInt8], value: [UInt8])] {
  try StateTable.allCases.flatMap { try store.list($0, limit: 1_000_000) }
}

/// A seed that is no key.
struct NoKey: Error {}
