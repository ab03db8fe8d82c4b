import Hashing
import Receipts
import StrictJSON

/// An auditor's signed word that a provider's answer does not come from the program that its receipt names.
///
/// 232 bytes before the signature; the evidence is the bundle, whose hash is in here.
/// ```
/// offset size
/// 0      8    "RAZAOAR1"
/// 8      4    version 1, then 4 zero bytes
/// 16     16   request id
/// 32     32   network
/// 64     32   auditor's key
/// 96     32   provider's key
/// 128    32   program root
/// 160    32   H("razao/report/bundle/1", bundle)
/// 192    32   H("razao/report/reason/1", reason in UTF-8)
/// 224    8    time, Unix milliseconds
/// ```
package struct AuditReport: SignedLayout {
  package static let layoutName = "report"
  package static let signatureTag: StaticString = "razao/report/1"
  package static let bodyByteCount = 232
  private static let magic = Array("RAZAOAR1".utf8)

  package var requestID: RequestID
  package var network: Digest
  package var auditorKey: PublicKey
  package var providerKey: PublicKey
  package var programRoot: Digest
  package var bundleHash: Digest
  package var reasonHash: Digest
  package var time: UInt64

  /// A report about a bundle that was run again with another result.
  package init(on bundle: Bundle, bytes: [UInt8], reason: String, auditor: PublicKey, now: UInt64) {
    let receipt = bundle.receipt.body
    requestID = receipt.requestID
    network = receipt.network
    auditorKey = auditor
    providerKey = receipt.providerKey
    programRoot = receipt.programRoot
    bundleHash = taggedHash("razao/report/bundle/1", bytes)
    reasonHash = Self.hash(reason: reason)
    time = now
  }

  static func hash(reason: String) -> Digest { taggedHash("razao/report/reason/1", Array(reason.utf8)) }

  package init(reading reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.readBytes(8) == Self.magic else { throw reader.failure("not a report") }
    guard try reader.read(UInt32.self) == 1 else { throw reader.failure("a version other than 1") }
    try reader.readZeros(4)
    guard let id = RequestID(try reader.readBytes(16)) else { throw reader.failure("a request id") }
    requestID = id
    network = try reader.readDigest()
    guard let auditor = PublicKey(try reader.readBytes(32)), let provider = PublicKey(try reader.readBytes(32)) else {
      throw reader.failure("a key")
    }
    auditorKey = auditor
    providerKey = provider
    programRoot = try reader.readDigest()
    bundleHash = try reader.readDigest()
    reasonHash = try reader.readDigest()
    time = try reader.read()
  }

  package func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: Self.magic)
    writer.write(UInt32(1))
    writer.writeZeros(4)
    writer.write(contentsOf: requestID.bytes)
    writer.write(network)
    writer.write(contentsOf: auditorKey.bytes)
    writer.write(contentsOf: providerKey.bytes)
    writer.write(programRoot)
    writer.write(bundleHash)
    writer.write(reasonHash)
    writer.write(time)
  }
}

/// A report with its evidence: what an auditor posts and a gateway keeps.
package struct ReportDocument: Equatable, Sendable {
  package var report: Signed<AuditReport>
  package var reason: String
  /// The bundle as the auditor got it.
  package var bundle: [UInt8]

  package init(report: Signed<AuditReport>, reason: String, bundle: [UInt8]) {
    self.report = report
    self.reason = reason
    self.bundle = bundle
  }

  package var json: JSON {
    [
      "report": .string(report.encoded().base64), "reason": .string(reason), "bundle": .string(bundle.base64),
      "provider": .string(report.body.providerKey.provider.hex),
      "request_id": .string(report.body.requestID.description),
    ]
  }

  package init(json: JSON) throws {
    let reader = HexMembers(json)
    report = try Signed<AuditReport>(decoding: try reader.base64("report"))
    guard let reason = json["reason"]?.string, reason.utf8.count <= 4_096 else { throw MemberError(member: "reason") }
    self.reason = reason
    bundle = try reader.base64("bundle")
  }

  /// Checks a report: the auditor is believed and has signed exactly this, and the evidence is a sound bundle that the
  /// accused provider has signed. That the answer is wrong is the auditor's word until it is run again.
  package func verify(network: Digest, auditors: [PublicKey]) throws(ReportRefusal) {
    let body = report.body
    guard auditors.contains(body.auditorKey) else { throw .unknownAuditor(body.auditorKey.bytes.hex) }
    guard body.auditorKey.verifies(report.signature, over: body.signedDigest) else { throw .signature }
    guard body.bundleHash == taggedHash("razao/report/bundle/1", bundle) else { throw .otherEvidence }
    guard body.reasonHash == AuditReport.hash(reason: reason) else { throw .otherEvidence }
    let evidence = VerificationReport(bundle: bundle)
    guard evidence.isVerified, let receipt = evidence.bundle?.receipt.body else {
      throw .unsoundEvidence(evidence.refutation?.reason ?? "unreadable")
    }
    guard receipt.network == network, body.network == network, receipt.requestID == body.requestID,
      receipt.providerKey == body.providerKey, receipt.programRoot == body.programRoot
    else { throw .otherEvidence }
  }
}

/// Why a report is not believed.
package enum ReportRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownAuditor(String)
  case signature
  /// The evidence is not the one that the report names.
  case otherEvidence
  /// The bundle does not verify, so nobody has signed it.
  case unsoundEvidence(String)
  /// The gateway ran the job again and the answer is right.
  case contradicted

  package var description: String {
    switch self {
    case .unknownAuditor(let key): "this gateway does not know the auditor \(key)"
    case .signature: "the report's signature is wrong"
    case .otherEvidence: "the evidence is not the one that the report names"
    case .unsoundEvidence(let reason): "the bundle does not verify: \(reason)"
    case .contradicted: "the job was run again and the answer is right"
    }
  }
}
