import Foundation
import Hashing
import Ledger
import Receipts
import StrictJSON
import Testing
import Wallet

@testable import razao

@Suite struct LedgerOptionsTests {
  private let home: String

  init() throws {
    home = FileManager.default.temporaryDirectory.path + "/razao-options-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
  }

  private func options(_ arguments: String...) throws -> LedgerOptions {
    try LedgerOptions.parse(["--home", home] + arguments)
  }

  @Test func theOptionThenTheFileThenTheStandard() throws {
    defer { try? FileManager.default.removeItem(atPath: home) }
    #expect(try options().target().url == LedgerTarget.standardURL)
    try Data(#"{"url":"https://ledger.example:1/"}"#.utf8).write(to: URL(fileURLWithPath: home + "/ledger.json"))
    #expect(try options().target().url == "https://ledger.example:1")
    #expect(try options("--ledger", "http://other/").target().url == "http://other")
    try Data("{".utf8).write(to: URL(fileURLWithPath: home + "/ledger.json"))
    #expect(throws: CommandFailure.self) { try options().target().url }
  }

  @Test func whatTheFileKnowsHoldsForItsURLAlone() throws {
    defer { try? FileManager.default.removeItem(atPath: home) }
    let key = String(repeating: "ab", count: 32)
    let text = #"{"url":"http://a","chain_id":"c","operator_key":"\#(key)"}"#
    try Data(text.utf8).write(to: URL(fileURLWithPath: home + "/ledger.json"))
    #expect(try options().target().expected?.chain == Genesis.chain("c"))
    #expect(try options("--ledger", "http://a/").target().expected?.operatorKey.bytes.hex == key)
    #expect(try options("--ledger", "http://b").target().expected == nil)
    for broken in [#"{"url":"http://a","operator_key":"\#(key)"}"#, #"{"url":"http://a","operator_key":"ab"}"#, "[]"] {
      try Data(broken.utf8).write(to: URL(fileURLWithPath: home + "/ledger.json"))
      #expect(throws: CommandFailure.self) { try options().target() }
    }
  }

  @Test func anEngineIsMarked() throws {
    #expect(try LedgerTarget(url: "comet+http://127.0.0.1:26657/").engineURL == "http://127.0.0.1:26657")
    #expect(try LedgerTarget(url: "http://127.0.0.1:26657").engineURL == nil)
  }

  @Test(arguments: ["", "comet+", "ftp://x", "localhost:8090", "file:///etc/passwd"]) func whatIsNoURLIsUsage(
    _ url: String
  )
    throws
  {
    defer { try? FileManager.default.removeItem(atPath: home) }
    #expect(throws: CommandFailure.self) { try options("--ledger", url).target() }
  }

  @Test func accountsAreHexadecimalOrNamesOfKeys() throws {
    defer { try? FileManager.default.removeItem(atPath: home) }
    let id = FundedWallet.other
    #expect(try options().account(id.hex) == id)
    for text in ["nobody", "", String(id.hex.dropLast()), "../../etc/passwd"] {
      #expect(throws: CommandFailure.self) { try options().account(text) }
      #expect(throws: (any Error).self) { try options().publicKey(text) }
    }
  }

  @Test func aServiceOfThisHomeIsNamedByItsFolder() throws {
    defer { try? FileManager.default.removeItem(atPath: home) }
    try PrivateFile.makeFolder(home + "/providers/1")
    let seed = String(repeating: "07", count: 32)
    #expect(
      try PrivateFile.create(Array(#"{"signing_key":"\#(seed)"}"#.utf8), at: home + "/providers/1/identity.json"))
    guard let key = SigningKey(seed: [UInt8](repeating: 7, count: 32)) else {
      throw CommandFailure("no key", status: 70)
    }
    let account = key.publicKey.account
    #expect(try options().account("providers/1") == account)
    for text in ["providers/2", "providers", "providers/../providers/1", "providers//1", "/providers/1"] {
      #expect(throws: CommandFailure.self) { try options().account(text) }
    }
  }

  @Test func withoutAKeyTheWayToMakeOneIsShown() throws {
    defer { try? FileManager.default.removeItem(atPath: home) }
    #expect(throws: CommandFailure.self) { try options().key(nil) }
    #expect(throws: WalletError.self) { try options().key("nobody") }
  }

  @Test(arguments: [
    ["--timeout", "0"], ["--timeout", "-1"], ["--fee", "x"], ["--nonce", "-1"], ["--passphrase", "x"],
  ])
  func badOptionsAreUsage(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try SendingOptions.parse(arguments) }
  }
}

@Suite struct LedgerWordsTests {
  @Test func scopesAreReadByName() {
    #expect(ScopeWords.parse("transfer") == .transfer)
    #expect(ScopeWords.parse("channels,stake") == [.channels, .stake])
    #expect(ScopeWords.parse("all") == .all)
    #expect(ScopeWords.names(.all).count == ScopeWords.all.count)
    #expect(ScopeWords.all.reduce(into: KeyScope()) { $0.insert($1.scope) } == .all)
    for text in ["", "keys", "transfer,", ",", "Transfer", "all,transfer"] { #expect(ScopeWords.parse(text) == nil) }
  }

  @Test func recordsAreShownByTheirProperties() throws {
    let stake = Stake(active: 5, maturing: [.init(amount: 1, maturesAt: 2)], lockedUntil: 9)
    let json = try #require(RecordFields.json(key: StateKey.stake(.zero).bytes, value: stake.encoded()))
    #expect(json["locked_until"]?.integer == 9)
    #expect(json["maturing"]?.array?.first?["matures_at"]?.integer == 2)
    #expect(RecordFields.json(key: StateKey.stake(.zero).bytes, value: [1]) == nil)
    #expect(RecordFields.json(key: [0xEE], value: [1]) == nil)
    #expect(RecordFields.json(key: [], value: []) == nil)
  }

  @Test func linesAreIndentedAndMoveNoCursor() {
    let json: JSON = ["a": 1, "list": [["x": 1, "y": "b"], ["x": 2]], "none": .null, "evil": "\u{1B}[2J\n"]
    let lines = JSONLines.lines(json)
    #expect(lines.count == 7)
    #expect(lines[2].hasPrefix("  - x"))
    #expect(lines[3].hasPrefix("    y"))
    #expect(lines.allSatisfy { line in line.utf8.allSatisfy { $0 >= 0x20 } })
  }

  @Test func aTransactionsPageIsCheckedAgainstItsId() throws {
    #expect(throws: LedgerClientError.self) {
      try LedgerTransaction.explained(["bytes": "00"], id: Digest.zero.hex)
    }
    #expect(try LedgerTransaction.explained(["height": 1], id: Digest.zero.hex) == ["height": 1])
  }
}

@Suite struct TimeWordsTests {
  @Test(arguments: [
    (1, "1970-01-01 00:00:00 UTC"), (951_782_400_000, "2000-02-29 00:00:00 UTC"),
    (951_868_799_999, "2000-02-29 23:59:59 UTC"), (1_709_164_800_000, "2024-02-29 00:00:00 UTC"),
    (1_704_067_199_000, "2023-12-31 23:59:59 UTC"), (4_107_542_400_000, "2100-03-01 00:00:00 UTC"),
    (0, "never"), (UInt64.max, "18446744073709551615 ms since 1970"),
  ]) func timesAreDates(_ milliseconds: UInt64, _ text: String) {
    #expect(TimeWords.utc(milliseconds) == text)
  }
}
