import Foundation
import Hashing
import Ledger
import StrictJSON
import Testing

@testable import razao

@Suite struct TransactionSenderTests {
  private let transfer = Transfer(to: FundedWallet.other, amount: 1_500_000_000)

  @Test func aTransactionIsNumberedPaidForAndSigned() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    let words = try await wallet.sender().prepare([transfer], "send")
    let signed = try SignedTransaction(decoding: words.bytes)
    #expect(signed.isSigned)
    #expect(signed.id == words.id)
    #expect(signed.transaction.account == wallet.key.account)
    #expect(signed.transaction.nonce == 0)
    #expect(signed.transaction.expiryHeight == 600)
    #expect(signed.transaction.fee == Parameters().fee(byteCount: words.bytes.count), "the least fee, not more")
    #expect(try await wallet.ledger.submit(words.bytes) == words.id)
    let second = try await wallet.sender("--expires-in", "0", "--fee", "0.5").prepare([transfer], "send")
    #expect(second.transaction.nonce == 1)
    #expect(second.transaction.expiryHeight == 0)
    #expect(second.transaction.fee == 500_000_000)
  }

  @Test func aDryRunSendsNothing() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    try await wallet.sender("--dry-run").send([transfer], "send 1.5 RAZ")
    #expect(try await wallet.ledger.status().height == 0)
  }

  @Test func aRefusalHasItsCodeAndStatusOne() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    let sender = try wallet.sender("--wait")
    await #expect(throws: LedgerClientError.self) {
      try await sender.send([Transfer(to: FundedWallet.other, amount: .max)], "send too much")
    }
    let failure = LedgerAccess.failure(of: LedgerClientError.refused(code: 20, detail: "overspent"), url: "u")
    #expect((failure as? CommandFailure)?.status == 1)
    #expect("\(failure)".contains("code 20"))
  }

  @Test func aLedgerThatDoesNotAnswerIsStatus69() {
    for error in [LedgerClientError.unreachable("refused"), .timeout("60 s")] {
      #expect((LedgerAccess.failure(of: error, url: "http://x") as? CommandFailure)?.status == 69)
    }
    #expect((LedgerAccess.failure(of: LedgerClientError.unverified("x"), url: "u") as? CommandFailure)?.status == 1)
  }

  @Test func theWordsTellAmountsAndBytes() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    let words = try await wallet.sender().prepare([transfer], "send 1.5 RAZ to x")
    let text = words.lines.joined(separator: "\n")
    for part in ["send 1.5 RAZ", "transfer (kind 1)", "1.5 RAZ", words.id.hex, words.bytes.hex, FundedWallet.other.hex]
    {
      #expect(text.contains(part), "\(part)")
    }
    #expect(words.json["bytes"]?.string == words.bytes.hex)
    #expect(words.json["messages"]?.array?.first?["fields"]?["amount"]?.integer == 1_500_000_000)
  }
}

@Suite struct AccountHistoryTests {
  @Test func theEntriesAddUpToTheProvenBalance() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    for amount in [1, 2, 3] as [UInt64] {
      let words = try await wallet.sender().prepare([Transfer(to: FundedWallet.other, amount: amount)], "send")
      _ = try await wallet.ledger.submit(words.bytes)
    }
    let history = try await wallet.connection.history(of: wallet.key.account)
    try history.check()
    #expect(history.height == 3)
    #expect(history.entries(of: .raz).count == 7)
    #expect(history.sum(of: .credit) == 5_000_000)
    let lines = AccountReport(history: history).lines.joined(separator: "\n")
    #expect(lines.contains("7 entries, which add up"))
    #expect(lines.contains("to account \(FundedWallet.other)"))
    #expect(lines.contains("-0.000000003"))
    try await wallet.connection.history(of: FundedWallet.other).check()
  }

  @Test func anAccountThatNobodyKnowsIsEmpty() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    let history = try await wallet.connection.history(of: .zero)
    try history.check()
    #expect(history.account == Account())
    #expect(history.entries.isEmpty)
  }

  @Test func entriesThatDoNotAddUpAreNoticed() async throws {
    let wallet = try FundedWallet()
    defer { wallet.remove() }
    await wallet.ledger.tell(-1)
    let history = try await wallet.connection.history(of: wallet.key.account)
    #expect(throws: LedgerClientError.self) { try history.check() }
    #expect(AccountReport(history: history).lines.contains { $0.contains("WHICH DO NOT ADD UP") })
  }

  @Test(arguments: ["{}", #"{"sequence":1,"height":1,"token":"gold","amount":1,"cause":"fee"}"#, "[]", "7"])
  func whatIsNoEntryIsRefused(_ text: String) throws {
    let json = try JSON.parse(Array(text.utf8))
    #expect(throws: LedgerClientError.self) { try HistoryEntry(json) }
  }
}
