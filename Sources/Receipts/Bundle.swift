import Hashing
import StrictJSON

/// A receipt and everything needed to check it again: what `--receipt FILE` writes.
///
/// The encoding is canonical and drawn in the specification, section 9. Every byte of it is bound by a signature, a
/// commitment or the layout itself.
public struct Bundle: Equatable, Sendable {
  public var receipt: SignedReceipt
  public var accept: SignedAccept
  public var blinds: Blinds
  /// The exact bytes of the request.
  public var requestBody: [UInt8]
  public var prompt: [UInt32]
  public var answer: [UInt32]
  /// The answer's UTF-8 bytes.
  public var text: [UInt8]
  /// All cell hashes, token-major, at most `TraceHashes.limit`; or `nil`, which an empty list becomes.
  public var trace: [Digest]? {
    didSet { if trace?.isEmpty == true { trace = nil } }
  }
  public var certificate: CertificateStatement?
  /// Where the receipt's cached prefix comes from; `nil` exactly when it has none.
  public var prefixOrigin: PrefixOrigin?
  /// The provider's part of a joint seed; `nil` exactly when the seed is of another kind.
  public var joint: JointOpening?
  /// Where the receipt is anchored, once it is.
  public var inclusion: Inclusion?

  public init(
    receipt: SignedReceipt, accept: SignedAccept, blinds: Blinds, requestBody: [UInt8], prompt: [UInt32],
    answer: [UInt32], text: [UInt8], trace: [Digest]? = nil, certificate: CertificateStatement? = nil,
    prefixOrigin: PrefixOrigin? = nil, joint: JointOpening? = nil, inclusion: Inclusion? = nil
  ) {
    self.receipt = receipt
    self.accept = accept
    self.blinds = blinds
    self.requestBody = requestBody
    self.prompt = prompt
    self.answer = answer
    self.text = text
    self.trace = trace?.isEmpty == true ? nil : trace
    self.certificate = certificate
    self.prefixOrigin = prefixOrigin
    self.joint = joint
    self.inclusion = inclusion
  }

  /// The most bytes of one variable field.
  public static let fieldLimit = 64 << 20
  /// What level 0 reads of a request: as much as a provider may accept.
  public static let requestLimits = JSONLimits(byteCount: 8 << 20, depth: 32)

  /// The sampler's seed, as the receipt's kind makes it. Level 0 shows that its parts are the committed ones.
  public var samplerSeed: Digest {
    receipt.body.seed.seed(requestBody: requestBody, contribution: joint?.contribution ?? .zero)
  }

  /// The lowest version that holds the bundle.
  private var version: UInt32 {
    if joint != nil || inclusion != nil { return 3 }
    return prefixOrigin == nil ? 1 : 2
  }

  /// The one encoding.
  /// - Precondition: no field has more than `fieldLimit` bytes, trace and paths no more than their own limits.
  public func encoded() -> [UInt8] {
    precondition(trace?.count ?? 0 <= TraceHashes.limit, "a bundle carries short traces only")
    precondition(joint.map { $0.path.count == JointOpening.pathCount } ?? true, "an epoch's tree has one depth")
    precondition(inclusion?.path.count ?? 0 <= Merkle.pathLimit, "a batch's tree is no deeper")
    var writer = ByteWriter()
    writer.writeHeading("RAZAOBN1", version: version)
    writer.writeField(receipt.encoded())
    writer.writeField(accept.encoded())
    writer.writeField(blinds.master.bytes)
    writer.writeField(requestBody)
    writer.writeField(prompt)
    writer.writeField(answer)
    writer.writeField(text)
    writer.writeField(trace.map { [1] + $0.flatMap(\.bytes) } ?? [0])
    writer.writeField(certificate.map { $0.signature.bytes + $0.der } ?? [])
    if version >= 2 { writer.writeField(prefixOrigin?.encoded() ?? []) }
    if version >= 3 {
      writer.writeField(joint?.encoded() ?? [])
      writer.writeField(inclusion?.encoded() ?? [])
    }
    return writer.bytes
  }

  /// Reads the one encoding; any other bytes are refused.
  /// - Throws: `ReceiptDecodingError` of the bundle, or of the receipt or accept inside it.
  /// - Complexity: O(bytes); never allocates more than the bytes justify.
  public init(decoding bytes: [UInt8]) throws(ReceiptDecodingError) {
    let fields: BundleFields
    do {
      fields = try BundleFields(bytes)
    } catch {
      throw ReceiptDecodingError(layout: "bundle", cause: error)
    }
    receipt = try SignedReceipt(decoding: fields.receipt)
    accept = try SignedAccept(decoding: fields.accept)
    blinds = Blinds(master: fields.master)
    requestBody = fields.requestBody
    prompt = fields.prompt
    answer = fields.answer
    text = fields.text
    trace = fields.trace
    certificate = fields.certificate
    joint = fields.joint
    inclusion = fields.inclusion
    guard let field = fields.prefixOrigin else { return }
    guard let origin = try PrefixOrigin(field: field) else {
      throw ReceiptDecodingError(layout: "bundle", cause: fields.malformedOrigin)
    }
    prefixOrigin = origin
  }
}
