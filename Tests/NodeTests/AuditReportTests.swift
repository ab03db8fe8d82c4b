import Hashing
import Node
import Receipts
import StrictJSON
import Testing

@Suite struct AuditReportTests {
  let shop: Workshop
  let auditor: NodeIdentity
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    auditor = try IdentityFile.loadOrMake(home: folder.path)
    shop = try Workshop()
  }

  private func document(reason: String = "token 2 is another") async throws -> ReportDocument {
    let errand = shop.errand()
    let bundle = try await shop.answer(errand, accept: try shop.accept(errand)).sentBundle
    let bytes = bundle.encoded()
    let report = AuditReport(on: bundle, bytes: bytes, reason: reason, auditor: auditor.publicKey, now: 9)
    return ReportDocument(report: try auditor.key.sign(report), reason: reason, bundle: bytes)
  }

  private func refusal(_ document: ReportDocument, auditors: [PublicKey]? = nil) -> ReportRefusal? {
    do {
      try document.verify(network: NetworkName.local, auditors: auditors ?? [auditor.publicKey])
      return nil
    } catch {
      return error
    }
  }

  @Test func aReportSurvivesJSONAndVerifies() async throws {
    let document = try await document()
    let read = try ReportDocument(json: try JSON.parse(document.json.encoded()))
    #expect(read == document)
    #expect(refusal(read) == nil)
    #expect(document.report.encoded().count == AuditReport.bodyByteCount + 64)
  }

  @Test func anUnknownAuditorIsNotBelieved() async throws {
    let document = try await document()
    #expect(refusal(document, auditors: []) == .unknownAuditor(auditor.publicKey.bytes.hex))
  }

  @Test func aForgedReportIsNotBelieved() async throws {
    var document = try await document()
    document.report.body.time += 1
    #expect(refusal(document) == .signature)
  }

  @Test func exchangedEvidenceIsNotBelieved() async throws {
    var first = try await document()
    let second = try await document()
    first.bundle = second.bundle
    #expect(refusal(first) == .otherEvidence)
    var third = try await document()
    third.reason = "something else"
    #expect(refusal(third) == .otherEvidence)
  }

  /// An auditor that lies about a bundle nobody signed convicts nobody.
  @Test func evidenceThatTheProviderDidNotSignIsNotBelieved() async throws {
    let honest = try await document()
    var bundle = try Bundle(decoding: honest.bundle)
    bundle.answer[0] += 1
    let bytes = bundle.encoded()
    let report = AuditReport(on: bundle, bytes: bytes, reason: "x", auditor: auditor.publicKey, now: 9)
    let document = ReportDocument(report: try auditor.key.sign(report), reason: "x", bundle: bytes)
    guard case .unsoundEvidence? = refusal(document) else {
      Issue.record("believed")
      return
    }
  }

  @Test func aReportThatNamesAnotherProviderIsNotBelieved() async throws {
    let honest = try await document()
    var report = honest.report.body
    report.providerKey = auditor.publicKey
    let document = ReportDocument(
      report: try auditor.key.sign(report), reason: honest.reason, bundle: honest.bundle)
    #expect(refusal(document) == .otherEvidence)
  }

  @Test func noBytesTrap() async throws {
    let bytes = try await document().report.encoded()
    for index in bytes.indices {
      var broken = bytes
      broken[index] ^= 0xFF
      _ = try? Signed<AuditReport>(decoding: broken)
      #expect(throws: (any Error).self) { try Signed<AuditReport>(decoding: Array(bytes.prefix(index))) }
    }
  }
}

@Suite struct ReportDeskTests {
  let shop: Workshop
  let auditor: NodeIdentity
  let registry = GatewayRegistry(network: NetworkName.local, clock: .system, logger: Peers.quiet) { _ in }
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    auditor = try IdentityFile.loadOrMake(home: folder.path)
    shop = try Workshop()
  }

  private func desk(recheck: Rerun? = nil) -> ReportDesk {
    ReportDesk(
      network: NetworkName.local, auditors: [auditor.publicKey], recheck: recheck, store: shop.store,
      registry: registry, clock: .system)
  }

  private func document() async throws -> ReportDocument {
    let errand = shop.errand()
    let bundle = try await shop.answer(errand, accept: try shop.accept(errand)).sentBundle
    let report = AuditReport(on: bundle, bytes: bundle.encoded(), reason: "x", auditor: auditor.publicKey, now: 9)
    return ReportDocument(report: try auditor.key.sign(report), reason: "x", bundle: bundle.encoded())
  }

  @Test func reportsOutliveTheProcess() async throws {
    let document = try await document()
    try await desk().take(document)
    let later = desk()
    #expect(later.all().isEmpty)
    try await later.load()
    #expect(later.all().map(\.requestID) == [document.report.body.requestID])
  }

  @Test func anAuditorThatIsNoLongerBelievedAccusesNobodyAfterARestart() async throws {
    try await desk().take(try await document())
    let later = ReportDesk(
      network: NetworkName.local, auditors: [], recheck: nil, store: shop.store, registry: registry, clock: .system)
    try await later.load()
    #expect(later.all().isEmpty)
  }

  @Test func aReportThatTheGatewayRefutesItselfIsNotBelieved() async throws {
    let document = try await document()
    let desk = desk { _ in [.agrees] }
    await #expect(throws: ReportRefusal.contradicted) { try await desk.take(document) }
    #expect(desk.all().isEmpty)
  }

  @Test func theSameReportCountsOnce() async throws {
    let document = try await document()
    let desk = desk { _ in [.refuted(reason: "x")] }
    try await desk.take(document)
    try await desk.take(document)
    #expect(desk.all().count == 1)
  }
}
