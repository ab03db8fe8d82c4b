import Hashing
import Ledger
import Receipts

/// The people of a benchmark's ledger: some who send, and any number who only hold.
struct LedgerAccounts {
  static let senderCount = 1_000

  /// Bytes from which each sender's key is made.
  private let seeds: [[UInt8]]
  private let keys: [PublicKey]
  let genesis: Genesis

  /// - Parameter count: accounts in all.
  init(count: Int) throws(BenchError) {
    var (seeds, keys): ([[UInt8]], [PublicKey]) = ([], [])
    for number in 0..<min(count, Self.senderCount) {
      let seed = SHA256.hash("sender \(number)".utf8).bytes
      guard let key = SigningKey(seed: seed) else { throw BenchError(description: "no signing key") }
      seeds.append(seed)
      keys.append(key.publicKey)
    }
    (self.seeds, self.keys) = (seeds, keys)
    let others = (keys.count..<count).map { Self.holder($0) }
    genesis = Genesis(
      chainID: "bench-1", holders: (keys.map(\.account) + others).map { .init(account: $0, raz: 1_000_000_000) },
      time: 1_000)
  }

  var senderCount: Int { keys.count }

  /// The account of someone who only holds.
  static func holder(_ number: Int) -> Digest { SHA256.hash("holder \(number)".utf8) }

  /// A key that signs blocks.
  static func operatorKey() throws(BenchError) -> SigningKey {
    guard let key = SigningKey(seed: [UInt8](repeating: 5, count: 32)) else {
      throw BenchError(description: "no signing key")
    }
    return key
  }

  /// A signed transfer of one grain from a sender.
  func transfer(from sender: Int, nonce: UInt64, to: Digest) throws -> [UInt8] {
    guard let key = SigningKey(seed: seeds[sender]) else { throw BenchError(description: "no signing key") }
    return try Transaction(
      chain: genesis.chain, account: keys[sender].account, key: keys[sender], nonce: nonce, fee: 20_000,
      messages: [Transfer(to: to, amount: 1)]
    ).signed(with: key)
  }

  /// The next number of a sender.
  func nonce(of sender: Int, in ledger: some LedgerClient) async throws -> UInt64 {
    let account: Account? = try await ledger.get(.account(keys[sender].account))
    return account?.nonce ?? 0
  }
}
