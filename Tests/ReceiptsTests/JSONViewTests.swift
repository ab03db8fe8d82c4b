import Hashing
import StrictJSON
import Testing

@testable import Receipts

@Suite struct JSONViewTests {
  @Test func bundleShowsNamesAndHexadecimal() throws {
    let bundle = try Job().bundle()
    let view = try JSON.parse(bundle.json.encoded())
    let receipt = bundle.receipt.body
    #expect(view["receipt"]?["request_id"]?.string == receipt.requestID.description)
    #expect(view["receipt"]?["answer"]?["finish_reason"]?.string == "stopToken")
    #expect(view["receipt"]?["seed"]?["kind"]?.string == "gateway")
    #expect(view["receipt"]?["trace"]?["root"]?.string == receipt.trace.root.hex)
    #expect(view["receipt_signature"]?.string == bundle.receipt.signature.bytes.hex)
    #expect(view["accept"]?["provider"]?.string == receipt.provider.hex)
    #expect(view["answer_ids"]?.array?.compactMap(\.integer) == bundle.answer.map(Int.init))
    #expect(view["text"]?.string == "About five metres.")
    #expect(view["trace"]?.array?.count == 22)
  }

  @Test func absentPartsAreNull() throws {
    let view = try Job(hasTrace: false, hasCertificate: false).bundle().json
    #expect(view["trace"]?.isNull ?? false)
    #expect(view["certificate"]?.isNull ?? false)
    #expect(view["joint"]?.isNull ?? false)
    #expect(view["inclusion"]?.isNull ?? false)
    #expect(view["accept"]?["contribution"]?.isNull ?? false)
  }

  @Test func whatTheLedgerKnowsIsShown() throws {
    let tree = ContributionTree(secret: Merkle.leaf([2]), epoch: 9)
    let bundle = try Job(contributions: tree, channel: Merkle.leaf([1]), owedBefore: 10, batchCount: 5).bundle()
    let view = try JSON.parse(bundle.json.encoded())
    #expect(view["receipt"]?["channel"]?.string == Merkle.leaf([1]).hex)
    #expect(view["receipt"]?["channel_owed"]?.integer == Int(bundle.receipt.body.amountOwed) + 10)
    #expect(view["accept"]?["contribution"]?["epoch"]?.integer == 9)
    #expect(view["accept"]?["contribution"]?["slot"]?.integer == 7)
    #expect(view["accept"]?["contribution"]?["root"]?.string == tree.root.hex)
    #expect(view["joint"]?["contribution"]?.string == bundle.joint?.contribution.hex)
    #expect(view["joint"]?["path"]?.array?.count == 12)
    #expect(view["inclusion"]?["batch"]?.integer == 3)
    #expect(view["inclusion"]?["path"]?.array?.count == 3)
    let voucher = Voucher(
      chain: .zero, channel: Merkle.leaf([1]), payerKey: try signingKey().publicKey, cumulative: 77, reference: .zero)
    #expect(voucher.json["cumulative"]?.integer == 77)
    #expect(voucher.json["channel"]?.string == Merkle.leaf([1]).hex)
  }

  @Test func largeNumbersAreExact() throws {
    let bundle = try Job().bundle().forged(receipt: { $0.amountOwed = .max })
    #expect(bundle.receipt.body.json["amount_owed"] == .number(JSONNumber(UInt64.max)))
    #expect(SeedStatement.explicit(.min).json["explicit_seed"] == JSON(Int64.min))
  }

  @Test func checkpointAndReportHaveViews() throws {
    let bundle = try Job().bundle()
    #expect(try CheckpointTests.checkpoint(of: bundle).body.json["answer_tokens"]?.integer == 4)
    let good = VerificationReport(of: bundle).json
    #expect(good["verified"]?.bool == true && good["reason"]?.isNull == true)
    let bad = VerificationReport(bundle: [1, 2, 3]).json
    #expect(bad["verified"]?.bool == false)
    #expect(bad["reason"]?.string == "malformed bundle, byte 0: 8 bytes needed, 3 left")
    #expect(bad["checks"]?.array?.count == 1)
  }
}
