import Hashing
import Hummingbird
import Ledger
import LedgerStore
import Logging
import Receipts
import StrictJSON
import Testing

@testable import Node

/// A seed that is none.
struct NoKey: Error {}

/// Somebody with a key and an account.
struct Citizen {
  let seed: [UInt8]
  let key: PublicKey
  var account: Digest { key.account }

  init(_ number: UInt8) throws {
    seed = [UInt8](repeating: number, count: 32)
    guard let signer = SigningKey(seed: seed) else { throw NoKey() }
    key = signer.publicKey
  }

  /// A signed transfer.
  func transfer(_ amount: UInt64, to receiver: Digest, nonce: UInt64, chain: Digest) throws -> [UInt8] {
    guard let signer = SigningKey(seed: seed) else { throw NoKey() }
    return try Transaction(
      chain: chain, account: account, key: key, nonce: nonce, fee: 1_000_000,
      messages: [Transfer(to: receiver, amount: amount)]
    ).signed(with: signer)
  }
}

/// An embedded ledger with two accounts, and its HTTP interface.
struct LedgerTown {
  let folder: TemporaryFolder
  let ledger: EmbeddedLedger
  let source: EmbeddedLedgerSource
  let alice: Citizen
  let bob: Citizen
  let genesis: Genesis

  init(operatorNumber: UInt8 = 99) async throws {
    folder = try TemporaryFolder()
    (alice, bob) = (try Citizen(1), try Citizen(2))
    genesis = Genesis(
      chainID: "town-1", holders: [.init(account: alice.account, raz: 1_000_000_000_000, credit: 5)], time: 5_000)
    guard let key = SigningKey(seed: [UInt8](repeating: operatorNumber, count: 32)) else { throw NoKey() }
    ledger = try EmbeddedLedger(path: folder.path + "/ledger.sqlite", genesis: genesis, key: key)
    source = EmbeddedLedgerSource(ledger)
  }

  var chain: Digest { genesis.chain }

  func application(waitingLimit: Int = 128) -> some ApplicationProtocol {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Application(
      router: LedgerRoutes(source, waitingLimit: waitingLimit).router(),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
  }

  /// Transfers from Alice to Bob, each in a block of its own.
  @discardableResult
  func transfer(_ count: Int, from nonce: UInt64 = 0) async throws -> [Digest] {
    var ids: [Digest] = []
    for step in 0..<UInt64(count) {
      let bytes = try alice.transfer(1_000 + step, to: bob.account, nonce: nonce + step, chain: chain)
      ids.append(try await ledger.submit(bytes))
      try await ledger.produceBlock()
    }
    return ids
  }
}
