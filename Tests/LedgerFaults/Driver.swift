import Glibc
import Hashing
import Ledger
import LedgerStore
import Receipts

/// Drives an embedded ledger through some blocks and says what was committed, for tests that kill it or take its disk
/// away: `ledger-faults PATH HEIGHT`. Equal blocks in every run, whenever it was interrupted.
@main struct Driver {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let last = UInt64(arguments[2]) else { fail("usage: ledger-faults PATH HEIGHT") }
    do throws(EmbeddedLedgerError) {
      try await drive(path: arguments[1], to: last)
    } catch {
      fail("\(error)")
    }
  }

  private static func drive(path: String, to last: UInt64) async throws(EmbeddedLedgerError) {
    guard let key = SigningKey(seed: [UInt8](repeating: 7, count: 32)), let payer = Payer() else { fail("no key") }
    // A clock that stands still: each block is a millisecond after the one before.
    let ledger = try EmbeddedLedger(path: path, genesis: payer.genesis, key: key, clock: { 0 })
    guard var status = try? await ledger.status() else { fail("no status") }
    say("opened \(status.height) \(status.appHash)")
    while status.height < last {
      for nonce in 5 * status.height..<5 * (status.height + 1) {
        guard let bytes = payer.transfer(nonce), (try? await ledger.submit(bytes)) != nil else { fail("not taken") }
      }
      try await ledger.produceBlock()
      guard let now = try? await ledger.status() else { fail("no status") }
      status = now
      say("committed \(status.height) \(status.appHash)")
    }
    do { try ledger.store.close() } catch { throw .store(error) }
  }

  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
  }

  private static func fail(_ line: String) -> Never {
    say("error: \(line)")
    exit(1)
  }
}

/// The account that pays all the others.
private struct Payer {
  private let seed = [UInt8](repeating: 3, count: 32)
  let genesis: Genesis
  private let account: Digest
  private let key: PublicKey

  init?() {
    guard let signer = SigningKey(seed: seed) else { return nil }
    key = signer.publicKey
    account = key.account
    genesis = Genesis(chainID: "faults", holders: [.init(account: account, raz: 1_000_000_000_000)], time: 1_000)
  }

  func transfer(_ nonce: UInt64) -> [UInt8]? {
    guard let signer = SigningKey(seed: seed) else { return nil }
    let to = taggedHash("razao/account/1", nonce.keyBytes)
    return try? Transaction(
      chain: genesis.chain, account: account, key: key, nonce: nonce, fee: 1_000_000,
      messages: [Transfer(to: to, amount: 1_000 + nonce)]
    ).signed(with: signer)
  }
}
