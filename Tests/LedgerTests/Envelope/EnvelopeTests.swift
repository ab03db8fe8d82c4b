import Hashing
import Receipts
import Testing

@testable import Ledger

/// What is refused before a message is looked at, and that it leaves no trace, not even a fee.
@Suite struct EnvelopeTests {
  private let bob: Digest
  private var chain: TestChain

  init() throws {
    bob = try TestChain.key("bob").publicKey.account
    chain = try TestChain()
  }

  private func transfer(_ change: (inout Transaction) -> Void = { _ in }, by signer: String = "alice") throws -> [UInt8]
  {
    let key = try TestChain.key("alice").publicKey
    var transaction = Transaction(
      chain: chain.machine.chain, account: key.account, key: key, nonce: 0, fee: 1_000_000,
      messages: [Transfer(to: bob, amount: 5)])
    change(&transaction)
    return try transaction.signed(with: TestChain.key(signer))
  }

  /// The block's verdict and the mempool's are the same, and nothing changes.
  private func refuses(
    _ bytes: [UInt8], _ code: RefusalCode, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var copy = chain
    #expect(copy.machine.checkTransaction(bytes).refusal?.code == code, sourceLocation: sourceLocation)
    let root = copy.machine.appHash
    let result = try copy.block([bytes], after: 1)
    #expect(result.results.first?.refusal?.code == code, sourceLocation: sourceLocation)
    #expect(copy.machine.appHash == root, sourceLocation: sourceLocation)
  }

  @Test func forgedSignature() throws {
    try refuses(transfer(by: "mallory"), .badSignature)
    var bytes = try transfer()
    bytes[bytes.count - 1] ^= 1
    try refuses(bytes, .badSignature)
  }

  @Test func everyBitUnderTheSignature() throws {
    let bytes = try transfer()
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      #expect(chain.machine.copyThatChecks(flipped).refusal != nil, "byte \(index)")
    }
  }

  @Test mutating func replayedNonce() throws {
    let bytes = try transfer()
    #expect(try chain.block([bytes, bytes]).results.map(\.code) == [0, RefusalCode.wrongNonce.number])
    try refuses(bytes, .wrongNonce)
    #expect(chain.account("alice").nonce == 1)
    #expect(chain.account(bob).raz == 5)
  }

  @Test func nonceAhead() throws { try refuses(transfer { $0.nonce = 1 }, .wrongNonce) }

  @Test func wrongChain() throws { try refuses(transfer { $0.chain = Genesis.chain("test-2") }, .wrongChain) }

  @Test func anotherAccountsName() throws {
    try refuses(transfer { $0.account = bob }, .unknownKey)
    try refuses(transfer { $0.key = (try? TestChain.key("bob").publicKey) ?? $0.key }, .badSignature)
  }

  @Test func lowAndUnpayableFees() throws {
    try refuses(transfer { $0.fee = 10_000 }, .lowFee)
    try refuses(transfer { $0.fee = .max }, .unpayableFee)
    try refuses(transfer { $0.fee = 1_000_000_000_000_001 }, .unpayableFee)
  }

  @Test mutating func theLeastFeeIsEnough() throws {
    let least = Parameters().fee(byteCount: try transfer().count)
    try refuses(transfer { $0.fee = least - 1 }, .lowFee)
    #expect(try chain.block([transfer { $0.fee = least }]).results.first?.code == 0)
  }

  @Test mutating func expiredHeight() throws {
    try chain.wait(1)
    try refuses(transfer { $0.expiryHeight = 1 }, .expired)
    #expect(try chain.block([transfer { $0.expiryHeight = 2 }]).results.first?.code == 0)
  }

  @Test func oversize() throws {
    try refuses(transfer() + [UInt8](repeating: 0, count: Transaction.byteLimit), .oversize)
  }

  @Test func trailingAndMissingBytes() throws {
    try refuses(transfer() + [0], .malformed)
    try refuses(transfer().dropLast(), .malformed)
    try refuses([], .malformed)
  }

  @Test func noMessageAndTooMany() throws {
    try refuses(transfer { $0.messages = [] }, .malformed)
    try refuses(transfer { $0.messages = Array(repeating: Burn(amount: 1), count: 17) }, .malformed)
  }
}

extension LedgerMachine {
  /// What a copy of the machine says of a transaction.
  func copyThatChecks(_ bytes: [UInt8]) -> TransactionResult {
    var copy = self
    return copy.checkTransaction(bytes)
  }
}
