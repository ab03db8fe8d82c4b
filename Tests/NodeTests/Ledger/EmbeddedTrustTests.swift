import Foundation
import Hashing
import HummingbirdTesting
import Ledger
import Receipts
import Testing
import Wallet

@testable import Node

/// The operator of an embedded ledger is pinned at the first use and may not change.
@Suite struct EmbeddedTrustTests {
  private func open(
    _ test: some TestClientProtocol, _ home: TemporaryFolder, _ options: LedgerTrust.Options = .init()
  ) async throws -> TrustedLedger {
    try await LedgerTrust(home: home.path, options: options).open("http://127.0.0.1:\(test.port ?? 0)")
  }

  private func options(_ key: PublicKey) -> LedgerTrust.Options {
    var options = LedgerTrust.Options()
    options.operatorKey = key
    return options
  }

  @Test func theFirstUsePinsAndSaysSo() async throws {
    let (town, home) = (try await LedgerTown(), try TemporaryFolder())
    try await town.transfer(1)
    try await town.application().test(.live) { test in
      let first = try await open(test, home)
      #expect(first.words.contains { $0.hasPrefix("first use: ") })
      #expect(first.chain == town.chain && first.height == 1 && first.engine == .embedded)
      #expect(first.words.contains { $0.contains("nobody but that operator vouches for it") })
      let bob = try await first.client.get(.account(town.bob.account))
      #expect(bob?.raz == 1_000)
      let second = try await open(test, home)
      #expect(!second.words.contains { $0.hasPrefix("first use: ") })
    }
    #expect(FileManager.default.fileExists(atPath: home.path + "/trust/town-1.json"))
  }

  @Test(
    arguments: [
      (0, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_199, "119 minutes"), (7_200, "2 hours"),
      (172_800, "2 days"),
    ] as [(UInt64, String)]) func theAgeOfABlockIsSaid(_ seconds: UInt64, _ words: String) throws
  {
    let home = try TemporaryFolder()
    let trust = LedgerTrust(home: home.path, clock: WallClock { 5_000_000 + 1_000 * seconds })
    #expect(trust.age(5_000_000) == ", \(words) old,")
    #expect(trust.age(9_000_000_000) == ", 0 seconds old,")
  }

  @Test func aChangedKeyIsRefused() async throws {
    let (town, home) = (try await LedgerTown(), try TemporaryFolder())
    try await town.application().test(.live) { test in _ = try await open(test, home) }
    let other = try await LedgerTown(operatorNumber: 98)
    try await other.application().test(.live) { test in
      do {
        _ = try await open(test, home)
        Issue.record("it was believed")
      } catch LedgerTrustError.changedKey(let pinned, let stated, _) {
        #expect(pinned == town.ledger.operatorKey && stated == other.ledger.operatorKey)
      }
    }
  }

  @Test func aKeyThatWasGivenIsDemanded() async throws {
    let (town, home) = (try await LedgerTown(), try TemporaryFolder())
    let stranger = try Citizen(50).key
    try await town.application().test(.live) { test in
      await #expect(throws: LedgerTrustError.self) { try await open(test, home, options(stranger)) }
      let trusted = try await open(test, home, options(town.ledger.operatorKey))
      #expect(trusted.words.contains { $0.contains("was given") })
    }
  }

  @Test func aDamagedPinIsNotReplaced() async throws {
    let (town, home) = (try await LedgerTown(), try TemporaryFolder())
    try await town.application().test(.live) { test in
      _ = try await open(test, home)
      try PrivateFile.replace(Array("{}".utf8), at: home.path + "/trust/town-1.json")
      do {
        _ = try await open(test, home)
        Issue.record("it was pinned anew")
      } catch LedgerTrustError.home {
      }
    }
  }

  @Test func aTrustedHeaderIsNotForAnOperator() async throws {
    let (town, home) = (try await LedgerTown(), try TemporaryFolder())
    var options = LedgerTrust.Options()
    (options.trustedHeight, options.trustedHash) = (1, .zero)
    _ = try await town.application().test(.live) { [options] test in
      await #expect(throws: LedgerTrustError.self) { try await open(test, home, options) }
    }
  }

  @Test func nobodyThereIsSaid() async throws {
    let home = try TemporaryFolder()
    do {
      _ = try await LedgerTrust(home: home.path).open("http://127.0.0.1:1")
      Issue.record("somebody answered")
    } catch LedgerTrustError.noLedger(let endpoint, _) {
      #expect(endpoint == "http://127.0.0.1:1")
    }
  }

  @Test(arguments: [
    ("razao-1", "razao-1"), ("a_b-C9", "a_b-C9"), ("..", nil), ("a/b", nil), ("a b", nil), ("", nil), ("a.json", nil),
  ]) func fileNamesCannotLeaveTheFolder(_ chainID: String, _ name: String?) {
    let made = TrustFile.fileName(chainID)
    #expect(name == nil ? made.hasPrefix("chain-") && made.utf8.count == 38 : made == name)
  }

  @Test func pinsComeBack() throws {
    let file = TrustFile(home: try TemporaryFolder().path + "/deep")
    #expect(try file.pin(of: "x") == nil)
    for pin in [TrustFile.Pin.operatorKey(try Citizen(3).key), .root(height: 7, hash: SHA256.hash([1]))] {
      try file.set(pin, of: "x")
      #expect(try file.pin(of: "x") == pin)
    }
  }
}
