import ArgumentParser
import Hashing
import Ledger
import Testing
import Wallet

@testable import razao

/// What the parser takes and refuses before anything is asked of a ledger; a refusal is exit status 64.
@Suite struct CommandParsingTests {
  private static let id = String(repeating: "ab", count: 32)

  @Test(arguments: [
    ["wallet", "new", "main", "--hot-for", id], ["wallet", "list", "--json"], ["wallet", "show", "main"],
    ["wallet", "import", "main", "--backup", "f"], ["wallet", "export", "main", "f"], ["wallet", "passphrase", "main"],
    ["wallet", "remove", "main", "--confirm", "main"], ["wallet", "send", "1.5", "--to", id, "--dry-run", "--json"],
    ["wallet", "authorize", "hot", "--scopes", "transfer,stake", "--limit", "5", "--days", "30"],
    ["wallet", "revoke", id, "--from", "main"], ["stake", "add", "1"], ["stake", "remove", "0.000000001"],
    ["stake", "withdraw", "--wait"], ["stake", "show"], ["bond", "add", "1", "--validator-file", "f"],
    ["bond", "add", "1", "--validator", "v"], ["bond", "remove", "1"], ["bond", "withdraw"], ["bond", "show", "main"],
    ["credits", "buy", "10", "--minimum", "4.9"], ["credits", "sell", "4.5", "--minimum", "8.9"], ["credits", "price"],
    ["channel", "open", id, "2.5", "--voucher-key", "spender", "--salt", "7"], ["channel", "top-up", id, "1"],
    ["channel", "close", id], ["channel", "settle", id], ["channel", "list", "--provider", id],
    ["channel", "show", id],
    ["ledger", "status"], ["ledger", "account", "main", "--brief"], ["ledger", "block"], ["ledger", "block", "7"],
    ["ledger", "transaction", id], ["ledger", "providers", "--limit", "10"], ["ledger", "programs"],
    ["ledger", "prove", "account/main", "--output", "p"], ["ledger", "verify-proof", "p", "--app-hash", id],
  ]) func whatHelpShowsIsTaken(_ arguments: [String]) throws {
    _ = try Self.parse(arguments)
  }

  @Test(arguments: [
    ["wallet", "send", "1.5"], ["wallet", "send", "1e3", "--to", id], ["wallet", "send", "-1", "--to", id],
    ["wallet", "send", "1.0000000001", "--to", id], ["wallet", "send", "1", "--to", id, "--passphrase", "p"],
    ["wallet", "new", "main", "--seed", id], ["wallet", "import", "main", id],
    ["wallet", "import", "main", "--backup", "f", "--hot-for", id], ["wallet", "authorize", "hot"],
    ["wallet", "authorize", "hot", "--scopes", "keys"],
    ["wallet", "authorize", "hot", "--scopes", "all", "--days", "0"],
    ["stake", "add"], ["stake", "add", "lots"], ["bond", "add", "1"],
    ["bond", "add", "1", "--validator", "v", "--validator-file", "f"], ["credits", "buy", "1.0000000001"],
    ["credits", "sell", "1.0000001"], ["channel", "open", "ab", "1"], ["channel", "open", id, "0.0000001"],
    ["channel", "close", id + "00"], ["channel", "show", "main"], ["ledger", "transaction", "ab"],
    ["ledger", "block", "-1"], ["ledger", "providers", "--limit", "0"],
    ["ledger", "verify-proof", "p", "--app-hash", "x"],
  ]) func anythingElseIsUsage(_ arguments: [String]) {
    do {
      _ = try Self.parse(arguments)
      Issue.record("taken: \(arguments)")
    } catch {
      #expect(Razao.exitCode(for: error).rawValue == 64)
    }
  }

  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let roots: [String: any ParsableCommand.Type] = [
      "wallet": WalletCommand.self, "stake": StakeCommand.self, "bond": BondCommand.self,
      "credits": CreditsCommand.self,
      "channel": ChannelCommand.self, "ledger": LedgerCommand.self,
    ]
    guard let root = arguments.first.flatMap({ roots[$0] }) else { throw CommandFailure("no command", status: 64) }
    return try root.parseAsRoot(Array(arguments.dropFirst()))
  }
}

@Suite struct ExitStatusTests {
  @Test(arguments: [
    (WalletError.badName("x"), 64 as Int32), (.badSeed, 64), (.badPassphrase("x"), 64), (.badRole("x"), 64),
    (.notConfirmed("x"), 64), (.noSuchKey("x", folder: "f"), 66), (.cannotUnlock("x"), 1),
    (.malformed(path: "p", what: "w"), 1), (.otherName(path: "p", stated: "x"), 1),
    (.tooCostly(path: "p", what: "w"), 1),
    (.exists("x"), 73), (.file(.readableByOthers(path: "p")), 73), (.notSealed("x"), 70),
  ]) func keysErrorsHaveTheirStatus(_ error: WalletError, _ status: Int32) {
    let failure = LedgerAccess.failure(of: error, url: "")
    #expect((failure as? CommandFailure)?.status == status)
    #expect("\(failure)" == "\(error)")
  }

  @Test func otherErrorsAreLeftAsTheyAre() {
    #expect(LedgerAccess.failure(of: RefusalCode.overspent.asError, url: "") is Refusal)
  }
}

extension RefusalCode {
  fileprivate var asError: Refusal { Refusal(self) }
}

@Suite struct StakeWordsTests {
  @Test func aStakeIsToldWithItsWaits() {
    let stake = Stake(
      active: 6_000_000_000,
      maturing: [.init(amount: 1_000_000_000, maturesAt: 10), .init(amount: 3, maturesAt: 5_000)],
      lockedUntil: 0, open: [.init(hour: 1, count: 4)], slashed: 7)
    let lines = stake.lines(now: 1_000)
    #expect(lines[0] == "on duty   6 RAZ")
    #expect(lines[1] == "maturing  1 RAZ, ready")
    #expect(lines[2] == "maturing  0.000000003 RAZ, at 1970-01-01 00:00:05 UTC")
    #expect(lines.contains("receipts  4 not expired"))
    #expect(lines.last == "slashed   0.000000007 RAZ")
    var locked = stake
    locked.lockedUntil = 2_000
    #expect(locked.lines(now: 1_000).contains("locked    until 1970-01-01 00:00:02 UTC by unexpired receipts"))
    #expect(!locked.lines(now: 1_000)[1].contains("ready"))
  }
}
