import Hashing
import Testing

@testable import Receipts

/// Batches of receipts, and what a bundle says of the one that its receipt is anchored in.
@Suite struct InclusionTests {
  private func report(_ bundle: Bundle, _ anchor: AnchoredBatch? = nil) -> VerificationReport {
    var expectation = ExpectedJob()
    expectation.anchor = anchor
    return VerificationReport(bundle: bundle.encoded(), expectation: expectation)
  }

  @Test(arguments: [1, 2, 3, 8, 100]) func anchoredReceiptIsVerified(count: Int) throws {
    let bundle = try Job(batchCount: count).bundle()
    let alone = VerificationReport(bundle: bundle.encoded())
    #expect(alone.isVerified && alone[.inclusion]?.verdict == .cannotTell)
    let anchor = try bundle.receipt.anchor(among: count)
    let whole = report(bundle, anchor)
    #expect(whole.isVerified && whole[.inclusion]?.verdict == .passed)
    #expect(bundle.inclusion?.root(of: bundle.receipt) == anchor.root)
    #expect(try Bundle(decoding: bundle.encoded()) == bundle)
  }

  @Test func inclusionOfAnotherReceipt() throws {
    let (first, second) = (try Job(batchCount: 5, drawn: 1).bundle(), try Job(batchCount: 5, drawn: 2).bundle())
    let anchor = try first.receipt.anchor(among: 5)
    let borrowed = second.edited {
      $0.inclusion = first.inclusion
      $0.inclusion?.chain = second.receipt.body.network
    }
    #expect(borrowed.inclusion?.root(of: second.receipt) != anchor.root)
    #expect(report(borrowed, anchor).refutation == .inclusion(.anchor))
    #expect(report(first, anchor).isVerified)
    let unchanged = second.edited { $0.inclusion = first.inclusion }
    #expect(VerificationReport(of: unchanged).refutation == .inclusion(.chain))
  }

  /// A second signature of the same statement is another receipt: Ed25519 signatures are not unique.
  @Test func receiptHashCoversTheSignature() throws {
    let bundle = try Job(batchCount: 5).bundle()
    let other = bundle.edited { $0.receipt.signature = bundle.accept.signature }
    #expect(other.receipt.hash != bundle.receipt.hash)
    #expect(other.inclusion?.root(of: other.receipt) != bundle.inclusion?.root(of: bundle.receipt))
  }

  @Test func batchOfAnotherProvider() throws {
    let bundle = try Job(batchCount: 5).bundle().edited { $0.inclusion?.provider = .zero }
    #expect(report(bundle).refutation == .inclusion(.provider))
  }

  @Test func placesThatNoBatchHas() throws {
    let bundle = try Job(batchCount: 5).bundle()
    let edits: [(inout Inclusion) -> Void] = [
      { $0.index = 5 }, { $0.index = .max }, { $0.count = 0 }, { $0.count = .max }, { $0.batch = 0 },
      { $0.path.append(.zero) }, { $0.path.removeLast() }, { $0.path = [] },
    ]
    for edit in edits {
      var inclusion = try #require(bundle.inclusion)
      edit(&inclusion)
      let forged = bundle.edited { $0.inclusion = inclusion }
      #expect(report(forged).refutation == .inclusion(.place))
    }
  }

  /// What only the ledger contradicts.
  @Test func anchorOfAnotherBlockBatchOrSize() throws {
    let bundle = try Job(batchCount: 5).bundle()
    let anchor = try bundle.receipt.anchor(among: 5)
    let edits: [(inout AnchoredBatch) -> Void] = [
      { $0.number += 1 }, { $0.height += 1 }, { $0.count += 1 }, { $0.root = $0.root.turned },
    ]
    for edit in edits {
      var wrong = anchor
      edit(&wrong)
      #expect(report(bundle, wrong).refutation == .inclusion(.anchor))
    }
    #expect(report(bundle.edited { $0.inclusion = nil }, anchor).refutation == .expectation(field: "inclusion"))
  }

  @Test func everyFlippedByteIsRefusedByWhoeverKnowsTheLedger() throws {
    let honest = try Job(batchCount: 5).bundle()
    var expectation = ExpectedJob()
    expectation.anchor = try honest.receipt.anchor(among: 5)
    let good = honest.encoded()
    #expect(VerificationReport(bundle: good, expectation: expectation).isVerified)
    for index in good.indices {
      var flipped = good
      flipped[index] ^= 1 << UInt8(index % 8)
      #expect(!VerificationReport(bundle: flipped, expectation: expectation).isVerified, "byte \(index)")
    }
  }

  @Test func batchesHaveReceipts() {
    #expect(ReceiptBatch(receipts: []) == nil)
    let leaf = Merkle.leaf([1])
    #expect(ReceiptBatch(receipts: [leaf])?.root == ReceiptBatch.leaf(leaf))
    #expect(ReceiptBatch(receipts: [leaf])?.path(to: 0) == [])
    #expect(ReceiptBatch(receipts: [leaf])?.path(to: 1) == nil)
    #expect(ReceiptBatch(receipts: [leaf, .zero])?.root != ReceiptBatch(receipts: [.zero, leaf])?.root)
    #expect(ReceiptBatch(receipts: [Digest](repeating: leaf, count: ReceiptBatch.limit + 1)) == nil)
  }

  @Test func inclusionsAreWhole() throws {
    let field = try #require(Job(batchCount: 5).bundle().inclusion).encoded()
    #expect(field.count == 88 + 3 * 32)
    #expect(Inclusion(field: field)?.encoded() == field)
    for count in [0, 1, 87, 89, 119, 121] { #expect(Inclusion(field: [UInt8](repeating: 0, count: count)) == nil) }
    #expect(Inclusion(field: [UInt8](repeating: 0, count: 88 + 32 * 32)) != nil)
    #expect(Inclusion(field: [UInt8](repeating: 0, count: 88 + 33 * 32)) == nil)
  }

  /// Computed with Python's hashlib alone.
  @Test func hashes() throws {
    let bytes = try #require(Digest(0..<32))
    #expect(
      ReceiptBatch.leaf(bytes).hex == "4952c396bf749580b5d41e119b67b429c7506bdcc23261dde3b7c984291cbf6d")
    let receipt = try Job().bundle().receipt
    #expect(receipt.hash == taggedHash("razao/receipt-hash/1", receipt.encoded()))
    #expect(
      taggedHash("razao/receipt-hash/1", [UInt8](repeating: 0, count: 864)).hex
        == "314a64ed4b7fac01f8e5039eb58f7e7d82faf8400391d3ebe3fe70cfb5d055be")
  }
}
