import Foundation
import Hashing
import Ledger
import StrictJSON
import Testing

@testable import razao

@Suite struct ProofFileTests {
  private func ledger() throws -> MachineLedger {
    try MachineLedger(
      Genesis(chainID: "test-1", holders: [.init(account: FundedWallet.other, raz: 7), .init(account: .zero, raz: 1)]))
  }

  private func file(_ key: [UInt8]) async throws -> ProofFile {
    let ledger = try ledger()
    return try await LedgerConnection(url: "u", client: ledger, pages: ledger).proof(of: key)
  }

  @Test func aProofIsWrittenReadAndHolds() async throws {
    let file = try await file(StateKey.account(FundedWallet.other).bytes)
    let read = try ProofFile(decoding: file.encoded, path: "p")
    #expect(read == file)
    try read.proven.verify()
    let report = ProofReport(file: read)
    #expect(report.json["record"]?["raz"]?.integer == 7)
    #expect(report.lines.first?.contains("is present in the state after block 0 of test-1") == true)
  }

  @Test func absenceIsProvenToo() async throws {
    let file = try await file(StateKey.account(taggedHash("nobody", [])).bytes)
    #expect(file.proven.value == nil)
    let read = try ProofFile(decoding: file.encoded, path: "p")
    try read.proven.verify()
    #expect(ProofReport(file: read).lines.first?.contains("is absent") == true)
  }

  @Test(arguments: ["value", "app_hash", "key", "proof"])
  func aChangedMemberProvesNothing(_ member: String) async throws {
    let file = try await file(StateKey.account(FundedWallet.other).bytes)
    var json = try #require(file.json.object)
    let text = try #require(json[member]?.string)
    json[member] = .string((text.hasPrefix("0") ? "1" : "0") + text.dropFirst())
    let changed = try ProofFile(decoding: JSON.object(json).encoded(), path: "p")
    #expect(throws: LedgerClientError.self) { try changed.proven.verify() }
    json[member] = nil
    #expect(throws: CommandFailure.self) { try ProofFile(decoding: JSON.object(json).encoded(), path: "p") }
    json[member] = "zz"
    #expect(throws: CommandFailure.self) { try ProofFile(decoding: JSON.object(json).encoded(), path: "p") }
  }

  @Test func aPresentKeyCannotBeCalledAbsent() async throws {
    var file = try await file(StateKey.account(FundedWallet.other).bytes)
    file.proven.value = nil
    #expect(throws: LedgerClientError.self) { try file.proven.verify() }
  }

  @Test func noBytesTrap() async throws {
    let bytes = try await file(StateKey.account(FundedWallet.other).bytes).encoded
    for index in stride(from: 0, to: bytes.count, by: 5) {
      var broken = bytes
      broken[index] ^= 0x11
      _ = try? ProofFile(decoding: broken, path: "p").proven.verify()
      _ = try? ProofFile(decoding: Array(bytes.prefix(index)), path: "p")
    }
  }
}

@Suite struct StateKeyArgumentTests {
  private func parse(_ text: String) throws -> [UInt8] {
    try StateKeyArgument.parse(text) { name in
      guard name == "main" else { throw CommandFailure("no such key", status: 64) }
      return FundedWallet.other
    }
  }

  @Test func keysAreNamedByTableAndIdentifier() throws {
    #expect(try parse("parameters") == StateKey.parameters.bytes)
    #expect(try parse("account/main") == StateKey.account(FundedWallet.other).bytes)
    #expect(try parse("stake/\(FundedWallet.other)") == StateKey.stake(FundedWallet.other).bytes)
    #expect(try parse(StateKey.stake(FundedWallet.other).bytes.hex) == StateKey.stake(FundedWallet.other).bytes)
    #expect(StateKeyArgument.words(try parse("account/main")) == "account/\(FundedWallet.other)")
    #expect(StateKeyArgument.words([0xEE, 1]) == "ee01")
  }

  @Test(arguments: ["", "/", "gold", "gold/00", "account/nobody", "zz", "ff00", "0"])
  func whatIsNoKeyIsUsage(_ text: String) {
    #expect(throws: CommandFailure.self) { try parse(text) }
  }
}
