import Hashing
import Testing

@testable import Receipts

@Suite struct LayoutTests {
  @Test func sizesAreThoseOfTheSpecification() throws {
    let bundle = try Job().bundle()
    #expect(bundle.accept.encoded().count == 528)
    #expect(bundle.receipt.encoded().count == 864)
    #expect(SignedCheckpoint.byteCount == 248)
    #expect(try checkpoint().encoded().count == 248)
  }

  @Test func everyLayoutRoundTrips() throws {
    for drawn in 1...20 as ClosedRange<UInt64> {
      let bundle = try Job(hasTrace: drawn % 2 == 0, hasCertificate: drawn % 3 == 0, drawn: drawn).bundle()
      #expect(try SignedAccept(decoding: bundle.accept.encoded()) == bundle.accept)
      #expect(try SignedReceipt(decoding: bundle.receipt.encoded()) == bundle.receipt)
      #expect(try Bundle(decoding: bundle.encoded()) == bundle)
    }
    #expect(try SignedCheckpoint(decoding: checkpoint().encoded()) == checkpoint())
  }

  /// Random legal bytes: whatever decodes encodes to the same bytes, so there is one encoding per value and every
  /// field keeps its place.
  @Test func everyReceiptFieldIsKept() throws {
    var generator = SeededGenerator(3)
    let template = try Job().bundle().receipt.encoded()
    let fixed: [Range<Int>] = [0..<12, 200..<240, 316..<352, 416..<424, 556..<560, 640..<648]
    for _ in 0..<200 {
      var bytes = generator.bytes(864)
      for range in fixed { bytes.replaceSubrange(range, with: template[range]) }
      #expect(try SignedReceipt(decoding: bytes).encoded() == bytes)
    }
  }

  @Test func everyAcceptFieldIsKept() throws {
    var generator = SeededGenerator(4)
    let template = try Job().bundle().accept.encoded()
    let fixed: [Range<Int>] = [0..<16, 160..<168, 208..<216, 248..<256, 428..<432]
    for _ in 0..<200 {
      var bytes = generator.bytes(528)
      for range in fixed { bytes.replaceSubrange(range, with: template[range]) }
      #expect(try SignedAccept(decoding: bytes).encoded() == bytes)
    }
  }

  /// The offsets that the specification draws.
  @Test func fieldsStandWhereTheSpecificationDrawsThem() throws {
    let receipt = try Job(channel: Merkle.leaf([1]), owedBefore: 500).bundle().receipt
    let bytes = receipt.encoded()
    func integer(_ offset: Int, _ size: Int) -> UInt64 {
      bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    #expect(bytes[0..<8].elementsEqual("RAZAORC1".utf8))
    #expect(integer(8, 4) == 2 && integer(12, 4) == 1)
    #expect(Array(bytes[48..<64]) == receipt.body.requestID.bytes)
    #expect(integer(96, 8) == 9_000_000)
    #expect(Array(bytes[104..<136]) == receipt.body.provider.bytes)
    #expect(integer(272, 8) == receipt.body.requestByteCount)
    #expect(integer(312, 4) == 5)
    #expect(integer(376, 4) == 64)
    #expect(bytes[416] == 3)
    #expect(Array(bytes[488..<520]) == receipt.body.acceptHash.bytes)
    #expect(integer(552, 4) == 7 && bytes[556] == 1 && bytes[557] == 0)
    #expect(Array(bytes[600..<632]) == receipt.body.trace.root.bytes)
    #expect(integer(632, 4) == 11 && integer(636, 4) == 2)
    #expect(integer(680, 8) == 150_000 && integer(688, 8) == 600_001)
    #expect(integer(696, 8) == receipt.body.amountOwed)
    #expect(Array(bytes[704..<736]) == receipt.body.channel.bytes && integer(736, 8) == 500 + receipt.body.amountOwed)
    #expect(integer(792, 8) == 1_000_900)
    #expect(Array(bytes[744..<776]) == receipt.body.consentCommitment.bytes)
    #expect(Array(bytes[800...]) == receipt.signature.bytes)
  }

  @Test func acceptFieldsStandWhereTheSpecificationDrawsThem() throws {
    let tree = ContributionTree(secret: Merkle.leaf([2]), epoch: 0x0102_0304)
    let accept = try Job(contributions: tree, channel: Merkle.leaf([1]), namesPrompt: true).bundle().accept
    let bytes = accept.encoded()
    #expect(Array(bytes[48..<64]) == accept.body.requestID.bytes)
    #expect(Array(bytes[168..<200]) == accept.body.requestCommitment.bytes)
    #expect(Array(bytes[216..<248]) == accept.body.seedCommitment.bytes)
    #expect(bytes[312..<320].elementsEqual([0x40, 0x54, 0x89, 0, 0, 0, 0, 0]))
    #expect(Array(bytes[320..<352]) == accept.body.consentCommitment.bytes)
    #expect(Array(bytes[352..<384]) == accept.body.promptCommitment.bytes)
    #expect(bytes[8] == 2 && bytes[208] == 2)
    #expect(Array(bytes[384..<416]) == Merkle.leaf([1]).bytes)
    #expect(Array(bytes[416..<432]) == [4, 3, 2, 1, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[432..<464]) == tree.root.bytes)
    #expect(Array(bytes[464...]) == accept.signature.bytes)
  }

  @Test func everyTruncationIsRefused() throws {
    let bundle = try Job().bundle()
    let checkpoint = try checkpoint().encoded()
    let (accept, receipt) = (bundle.accept.encoded(), bundle.receipt.encoded())
    let bytes = bundle.encoded()
    for count in 0..<bytes.count {
      #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: Array(bytes.prefix(count))) }
      if count < 864 {
        #expect(throws: ReceiptDecodingError.self) { try SignedReceipt(decoding: Array(receipt.prefix(count))) }
      }
      if count < 528 {
        #expect(throws: ReceiptDecodingError.self) { try SignedAccept(decoding: Array(accept.prefix(count))) }
      }
      if count < 248 {
        #expect(throws: ReceiptDecodingError.self) { try SignedCheckpoint(decoding: Array(checkpoint.prefix(count))) }
      }
    }
  }

  @Test func trailingBytesAreRefused() throws {
    let bundle = try Job().bundle()
    #expect(throws: ReceiptDecodingError.self) { try SignedAccept(decoding: bundle.accept.encoded() + [0]) }
    #expect(throws: ReceiptDecodingError.self) { try SignedReceipt(decoding: bundle.receipt.encoded() + [0]) }
    #expect(throws: ReceiptDecodingError.self) { try SignedCheckpoint(decoding: checkpoint().encoded() + [0]) }
    #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bundle.encoded() + [0]) }
  }

  @Test func nonCanonicalPaddingIsRefused() throws {
    let bundle = try Job().bundle()
    for offset in [200, 231, 233, 239, 417, 423, 558, 559, 641, 647] {
      var bytes = bundle.receipt.encoded()
      bytes[offset] = 1
      #expect(throws: ReceiptDecodingError.self, "receipt byte \(offset)") { try SignedReceipt(decoding: bytes) }
    }
    for offset in [12, 15, 161, 167, 209, 215, 249, 255, 428, 431] {
      var bytes = bundle.accept.encoded()
      bytes[offset] = 1
      #expect(throws: ReceiptDecodingError.self, "accept byte \(offset)") { try SignedAccept(decoding: bytes) }
    }
  }

  @Test(arguments: [0, 4, 5, 255] as [UInt8])
  func unknownSeedKindsAreRefused(kind: UInt8) throws {
    var bytes = try Job().bundle().accept.encoded()
    bytes[208] = kind
    #expect(throws: ReceiptDecodingError.self) { try SignedAccept(decoding: bytes) }
    bytes = try Job().bundle().receipt.encoded()
    bytes[416] = kind
    #expect(throws: ReceiptDecodingError.self) { try SignedReceipt(decoding: bytes) }
  }

  @Test func anErrorNamesLayoutAndPlace() throws {
    var bytes = try Job().bundle().receipt.encoded()
    bytes[200] = 9
    let error = #expect(throws: ReceiptDecodingError.self) { try SignedReceipt(decoding: bytes) }
    #expect(error?.description == "malformed receipt, byte 200: this version supports no adapter")
  }

  @Test func randomBytesNeverTrap() throws {
    var generator = SeededGenerator(5)
    let template = try Job().bundle().encoded()
    for round in 0..<3_000 {
      var bytes = round % 3 == 0 ? generator.bytes(.random(in: 0..<2_000, using: &generator)) : template
      if round % 3 == 1 {
        for _ in 0..<8 {
          bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
      } else if round % 3 == 2 {
        let start = Int.random(in: 0..<bytes.count, using: &generator)
        bytes.replaceSubrange(start..., with: generator.bytes(.random(in: 0..<400, using: &generator)))
      }
      if bytes != template { #expect(!VerificationReport(bundle: bytes).isVerified) }
    }
  }

  private func checkpoint() throws -> SignedCheckpoint { try CheckpointTests.checkpoint(of: Job().bundle()) }
}
