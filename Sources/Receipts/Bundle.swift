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

  public init(
    receipt: SignedReceipt, accept: SignedAccept, blinds: Blinds, requestBody: [UInt8], prompt: [UInt32],
    answer: [UInt32], text: [UInt8], trace: [Digest]? = nil, certificate: CertificateStatement? = nil,
    prefixOrigin: PrefixOrigin? = nil
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
  }

  /// The most bytes of one variable field.
  public static let fieldLimit = 64 << 20
  /// What level 0 reads of a request: as much as a provider may accept.
  public static let requestLimits = JSONLimits(byteCount: 8 << 20, depth: 32)

  /// The one encoding.
  /// - Precondition: no field has more than `fieldLimit` bytes, and the trace no more than its own limit.
  public func encoded() -> [UInt8] {
    precondition(trace?.count ?? 0 <= TraceHashes.limit, "a bundle carries short traces only")
    var writer = ByteWriter()
    writer.writeHeading("RAZAOBN1", version: prefixOrigin == nil ? 1 : 2)
    writer.writeField(receipt.encoded())
    writer.writeField(accept.encoded())
    writer.writeField(blinds.master.bytes)
    writer.writeField(requestBody)
    writer.writeField(prompt)
    writer.writeField(answer)
    writer.writeField(text)
    writer.writeField(trace.map { [1] + $0.flatMap(\.bytes) } ?? [0])
    writer.writeField(certificate.map { $0.signature.bytes + $0.der } ?? [])
    if let prefixOrigin { writer.writeField(prefixOrigin.encoded()) }
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
    guard let field = fields.prefixOrigin else { return }
    guard let origin = try PrefixOrigin(field: field) else {
      throw ReceiptDecodingError(layout: "bundle", cause: fields.malformedOrigin)
    }
    prefixOrigin = origin
  }
}

/// A bundle's fields before receipt and accept are read.
private struct BundleFields {
  let receipt: [UInt8]
  let accept: [UInt8]
  let master: Digest
  let requestBody: [UInt8]
  let prompt: [UInt32]
  let answer: [UInt32]
  let text: [UInt8]
  let trace: [Digest]?
  let certificate: CertificateStatement?
  /// Not read yet; at most as long as a path allows. `nil` in version 1.
  let prefixOrigin: [UInt8]?
  let malformedOrigin: ByteReaderError

  init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    let version = try reader.readHeading("RAZAOBN1")
    guard (1...2).contains(version) else { throw reader.failure("a version other than 1 and 2") }
    receipt = try reader.readField("receipt", sizes: SignedReceipt.byteCount...SignedReceipt.byteCount)
    accept = try reader.readField("accept", sizes: SignedAccept.byteCount...SignedAccept.byteCount)
    let blind = try reader.readField("master blind", sizes: 32...32)
    guard let master = Digest(blind) else { throw reader.failure("a master blind that is not 32 bytes") }
    self.master = master
    requestBody = try reader.readField("request")
    prompt = try reader.readTokens("prompt")
    answer = try reader.readTokens("answer")
    text = try reader.readField("text")
    trace = try Self.trace(&reader)
    certificate = try Self.certificate(&reader)
    malformedOrigin = reader.failure("a cached prefix's origin that is not receipt, blind and path")
    prefixOrigin =
      version == 1
      ? nil
      : try reader.readField(
        "prefix origin",
        sizes: PrefixOrigin.fixedByteCount...PrefixOrigin.fixedByteCount + 32 * PrefixOrigin.pathLimit)
    try reader.finish()
  }

  private static func trace(_ reader: inout ByteReader) throws(ByteReaderError) -> [Digest]? {
    let field = try reader.readField("trace", sizes: 1...1 + 32 * TraceHashes.limit)
    switch (field[0], field.count) {
    case (0, 1): return nil
    case (1, let count) where count > 1 && count % 32 == 1:
      return stride(from: 1, to: count, by: 32).compactMap { Digest(field[$0..<$0 + 32]) }
    default: throw reader.failure("a trace of an unknown mode or size")
    }
  }

  private static func certificate(_ reader: inout ByteReader) throws(ByteReaderError) -> CertificateStatement? {
    let field = try reader.readField("certificate", sizes: 0...64 + CertificateStatement.limit)
    if field.isEmpty { return nil }
    guard field.count > 64, let signature = Signature(field.prefix(64)) else {
      throw reader.failure("a certificate without a signature")
    }
    return CertificateStatement(der: Array(field.dropFirst(64)), signature: signature)
  }
}

extension ByteWriter {
  /// Writes a u32 length and the bytes.
  fileprivate mutating func writeField(_ bytes: [UInt8]) {
    precondition(bytes.count <= Bundle.fieldLimit, "a field longer than a bundle holds")
    write(UInt32(bytes.count))
    write(contentsOf: bytes)
  }

  fileprivate mutating func writeField(_ tokens: [UInt32]) {
    precondition(4 * tokens.count <= Bundle.fieldLimit, "a field longer than a bundle holds")
    write(UInt32(4 * tokens.count))
    write(tokens)
  }
}

extension ByteReader {
  fileprivate mutating func readLength(_ name: String, sizes: ClosedRange<Int>) throws(ByteReaderError) -> Int {
    let length = Int(try read(UInt32.self))
    guard sizes.contains(length) else { throw failure("\(length) bytes of \(name), not \(sizes)") }
    return length
  }

  fileprivate mutating func readField(
    _ name: String, sizes: ClosedRange<Int> = 0...Bundle.fieldLimit
  ) throws(ByteReaderError) -> [UInt8] {
    try readBytes(try readLength(name, sizes: sizes))
  }

  fileprivate mutating func readTokens(_ name: String) throws(ByteReaderError) -> [UInt32] {
    let length = try readLength(name, sizes: 0...Bundle.fieldLimit)
    guard length.isMultiple(of: 4) else { throw failure("\(length) bytes of \(name), not whole ids") }
    return try read(count: length / 4)
  }
}
