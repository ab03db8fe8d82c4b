import Hashing
import Testing

@testable import Receipts

/// Channels and vouchers: what provider and payer could try against each other.
@Suite struct ChannelTests {
  private static let channel = Merkle.leaf([1])

  private func terms(capacity: UInt64 = 1_000) throws -> ChannelTerms {
    ChannelTerms(
      chain: Merkle.leaf([9]), channel: Self.channel, payerKey: try signingKey().publicKey, capacity: capacity)
  }

  private func voucher(
    _ cumulative: UInt64, by seed: [UInt8] = KeySeed.honest, edit: (inout Voucher) -> Void = { _ in }
  ) throws -> SignedVoucher {
    let terms = try terms()
    var voucher = Voucher(
      chain: terms.chain, channel: terms.channel, payerKey: terms.payerKey, cumulative: cumulative,
      reference: Merkle.leaf([3]))
    edit(&voucher)
    return try signingKey(seed).sign(voucher)
  }

  // MARK: The receipt's debt

  @Test func honestDebtIsVerified() throws {
    let bundle = try Job(channel: Self.channel, owedBefore: 500).bundle()
    var expectation = ExpectedJob()
    expectation.channel = Self.channel
    expectation.channelOwedBefore = 500
    let report = VerificationReport(bundle: bundle.encoded(), expectation: expectation)
    #expect(report.isVerified && report[.channel]?.verdict == .passed)
    #expect(bundle.encoded()[8] == 1)
  }

  @Test func debtOfAChannelClaimedAboveTheOwedOne() throws {
    let bundle = try Job(channel: Self.channel, owedBefore: 500).bundle()
    var expectation = ExpectedJob()
    expectation.channelOwedBefore = 499
    let refutation = Refutation.expectation(field: "channel's debt")
    #expect(VerificationReport(of: bundle, expectation: expectation).refutation == refutation)
    expectation.channelOwedBefore = 500
    for more in [1, .max - bundle.receipt.body.channelOwed] as [UInt64] {
      let greedy = try bundle.forged(receipt: { $0.channelOwed += more })
      #expect(VerificationReport(of: greedy).isVerified)
      #expect(VerificationReport(of: greedy, expectation: expectation).refutation == refutation)
    }
    expectation.channelOwedBefore = .max
    #expect(VerificationReport(of: bundle, expectation: expectation).isVerified)
  }

  @Test func debtOfAnotherChannel() throws {
    let bundle = try Job(channel: Self.channel).bundle()
    let moved = try bundle.forged(receipt: { $0.channel = $0.channel.turned })
    #expect(VerificationReport(of: moved).refutation == .accept(field: "channel"))
    var expectation = ExpectedJob()
    expectation.channel = .zero
    #expect(VerificationReport(of: bundle, expectation: expectation).refutation == .expectation(field: "channel"))
  }

  @Test func debtThatCannotBe() throws {
    let bundle = try Job(channel: Self.channel).bundle()
    let amount = bundle.receipt.body.amountOwed
    let less = try bundle.forged(receipt: { $0.channelOwed -= 1 })
    #expect(VerificationReport(of: less).refutation == .channel(owed: amount - 1, amount: amount))
    let without = try Job().bundle().forged(receipt: { $0.channelOwed = amount })
    #expect(VerificationReport(of: without).refutation == .channel(owed: amount, amount: amount))
  }

  // MARK: The payee's side

  @Test func honestVouchersAreTaken() throws {
    let terms = try terms()
    try terms.check(voucher(1), above: 0)
    try terms.check(voucher(700), above: 1, due: 700)
    try terms.check(voucher(1_000), above: 999)
  }

  @Test func replayedVoucher() throws {
    let terms = try terms()
    let old = try voucher(300)
    try terms.check(old, above: 200)
    #expect(throws: VoucherRefutation.replayed(stated: 300, held: 300)) { try terms.check(old, above: 300) }
    #expect(throws: VoucherRefutation.replayed(stated: 300, held: 301)) { try terms.check(old, above: 301) }
    #expect(throws: VoucherRefutation.replayed(stated: 0, held: 0)) { try terms.check(voucher(0), above: 0) }
  }

  @Test func voucherOfAnotherChannelOrChain() throws {
    let terms = try terms()
    #expect(throws: VoucherRefutation.channel) { try terms.check(voucher(5) { $0.channel = .zero }, above: 0) }
    #expect(throws: VoucherRefutation.chain) { try terms.check(voucher(5) { $0.chain = .zero }, above: 0) }
  }

  @Test func voucherOfAnotherKey() throws {
    let terms = try terms()
    let other = try signingKey(KeySeed.other).publicKey
    #expect(throws: VoucherRefutation.key) {
      try terms.check(voucher(5, by: KeySeed.other) { $0.payerKey = other }, above: 0)
    }
    #expect(throws: VoucherRefutation.signature) { try terms.check(voucher(5, by: KeySeed.other), above: 0) }
    let raised = Signed(body: try voucher(500).body, signature: try voucher(5).signature)
    #expect(throws: VoucherRefutation.signature) { try terms.check(raised, above: 0) }
  }

  @Test func voucherThatIsNotCoveredOrTooSmall() throws {
    let terms = try terms()
    for cumulative in [1_001, .max] as [UInt64] {
      #expect(throws: VoucherRefutation.uncovered(stated: cumulative, capacity: 1_000)) {
        try terms.check(voucher(cumulative), above: 0)
      }
    }
    #expect(throws: VoucherRefutation.short(stated: 5, due: 6)) { try terms.check(voucher(5), above: 0, due: 6) }
  }

  @Test func everyFlippedByteOfAVoucherIsRefused() throws {
    let terms = try terms()
    let bytes = try voucher(77).encoded()
    #expect(bytes.count == 216)
    try terms.check(SignedVoucher(decoding: bytes), above: 0)
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      #expect(throws: (any Error).self, "byte \(index)") {
        try terms.check(SignedVoucher(decoding: flipped), above: 0)
      }
    }
    for count in 0..<216 {
      #expect(throws: ReceiptDecodingError.self) { try SignedVoucher(decoding: Array(bytes.prefix(count))) }
    }
    #expect(throws: ReceiptDecodingError.self) { try SignedVoucher(decoding: bytes + [0]) }
  }

  /// A signature over another kind of statement is no voucher.
  @Test func signatureOfAnotherDomain() throws {
    let body = try voucher(5).body
    let foreign = try signingKey().signature(over: taggedHash("razao/receipt/1", body.body))
    #expect(throws: VoucherRefutation.signature) {
      try terms().check(Signed(body: body, signature: foreign), above: 0)
    }
  }

  // MARK: The payer's side

  @Test func payerPaysWhatItOwes() throws {
    var payer = try #require(PayerChannel(terms: try terms()))
    try payer.owe(300)
    let first = try payer.voucher(for: 100, reference: .zero)
    let second = try payer.voucher(for: 300, reference: .zero)
    #expect(first.cumulative == 100 && second.cumulative == 300 && payer.promised == 300)
    try terms().check(signingKey().sign(second), above: 100, due: 300)
    #expect(try payer.voucher(for: 300, reference: Merkle.leaf([1])).cumulative == 300)
  }

  @Test func providerAsksForMoreThanIsOwed() throws {
    var payer = try #require(PayerChannel(terms: try terms()))
    try payer.owe(300)
    for claimed in [301, .max] as [UInt64] {
      #expect(throws: VoucherRefusal.overclaimed(claimed: claimed, owed: 300)) {
        try payer.voucher(for: claimed, reference: .zero)
      }
    }
    #expect(payer.promised == 0)
  }

  @Test func voucherBelowAnEarlierOne() throws {
    var payer = try #require(PayerChannel(terms: try terms(), owed: 300, promised: 200))
    #expect(throws: VoucherRefusal.falling(claimed: 199, promised: 200)) {
      try payer.voucher(for: 199, reference: .zero)
    }
  }

  @Test func debtBeyondTheChannel() throws {
    var payer = try #require(PayerChannel(terms: try terms(), owed: 900))
    for more in [101, .max] as [UInt64] {
      #expect(throws: VoucherRefusal.uncovered(owed: 900, more: more, capacity: 1_000)) { try payer.owe(more) }
    }
    #expect(payer.owed == 900)
    try payer.owe(100)
    #expect(PayerChannel(terms: try terms(), owed: 1_001) == nil)
    #expect(PayerChannel(terms: try terms(), owed: 5, promised: 6) == nil)
  }

  @Test func refusalsAreSaid() {
    let texts = [
      "\(VoucherRefusal.overclaimed(claimed: 2, owed: 1))", "\(VoucherRefutation.replayed(stated: 1, held: 2))",
      "\(VoucherRefutation.key)", "\(VoucherRefusal.uncovered(owed: 1, more: 2, capacity: 2))",
    ]
    #expect(texts[0] == "2 is claimed, and 1 is owed")
    #expect(Set(texts).count == 4)
  }

  /// Chain 32 × 01, channel 32 × 02, key 32 × 03, 123,456,789, reference 32 × 04; Python's hashlib alone.
  @Test func signedHash() throws {
    func filled(_ byte: UInt8) throws -> Digest { try #require(Digest([UInt8](repeating: byte, count: 32))) }
    let voucher = Voucher(
      chain: try filled(1), channel: try filled(2), payerKey: try #require(PublicKey(filled(3).bytes)),
      cumulative: 123_456_789, reference: try filled(4))
    #expect(voucher.signedDigest.hex == "e3e18dd1244f0160a3e000a9e8b1e4658b254ffbd036777a21b09df6b15e1934")
  }
}
