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
