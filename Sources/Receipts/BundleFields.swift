import Hashing

/// A bundle's fields before receipt and accept are read.
struct BundleFields {
  let receipt: [UInt8]
  let accept: [UInt8]
  let master: Digest
  let requestBody: [UInt8]
  let prompt: [UInt32]
  let answer: [UInt32]
  let text: [UInt8]
  let trace: [Digest]?
  let certificate: CertificateStatement?
  /// Not read yet; at most as long as a path allows. `nil` in version 1, and where version 3 has none.
  let prefixOrigin: [UInt8]?
  let malformedOrigin: ByteReaderError
  let joint: JointOpening?
  let inclusion: Inclusion?

  init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    let version = try reader.readHeading("RAZAOBN1")
    guard (1...3).contains(version) else { throw reader.failure("a version other than 1, 2 and 3") }
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
    prefixOrigin = version == 1 ? nil : try Self.origin(&reader, isOptional: version == 3)
    joint = version < 3 ? nil : try Self.joint(&reader)
    inclusion = version < 3 ? nil : try Self.inclusion(&reader)
    guard version < 3 || joint != nil || inclusion != nil else {
      throw reader.failure("version 3 without a joint seed or an inclusion")
    }
    try reader.finish()
  }

  private static func origin(
    _ reader: inout ByteReader, isOptional: Bool
  ) throws(ByteReaderError) -> [UInt8]? {
    let most = PrefixOrigin.fixedByteCount + 32 * PrefixOrigin.pathLimit
    let field = try reader.readField("prefix origin", sizes: (isOptional ? 0 : PrefixOrigin.fixedByteCount)...most)
    return field.isEmpty ? nil : field
  }

  private static func joint(_ reader: inout ByteReader) throws(ByteReaderError) -> JointOpening? {
    let field = try reader.readField("joint seed", sizes: 0...JointOpening.byteCount)
    if field.isEmpty { return nil }
    guard let opening = JointOpening(field: field) else {
      throw reader.failure("a joint seed that is not contribution and path")
    }
    return opening
  }

  private static func inclusion(_ reader: inout ByteReader) throws(ByteReaderError) -> Inclusion? {
    let field = try reader.readField("inclusion", sizes: 0...Inclusion.byteCounts.upperBound)
    if field.isEmpty { return nil }
    guard let inclusion = Inclusion(field: field) else {
      throw reader.failure("an inclusion that is not place and path")
    }
    return inclusion
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
  mutating func writeField(_ bytes: [UInt8]) {
    precondition(bytes.count <= Bundle.fieldLimit, "a field longer than a bundle holds")
    write(UInt32(bytes.count))
    write(contentsOf: bytes)
  }

  mutating func writeField(_ tokens: [UInt32]) {
    precondition(4 * tokens.count <= Bundle.fieldLimit, "a field longer than a bundle holds")
    write(UInt32(4 * tokens.count))
    write(tokens)
  }
}

extension ByteReader {
  mutating func readLength(_ name: String, sizes: ClosedRange<Int>) throws(ByteReaderError) -> Int {
    let length = Int(try read(UInt32.self))
    guard sizes.contains(length) else { throw failure("\(length) bytes of \(name), not \(sizes)") }
    return length
  }

  mutating func readField(
    _ name: String, sizes: ClosedRange<Int> = 0...Bundle.fieldLimit
  ) throws(ByteReaderError) -> [UInt8] {
    try readBytes(try readLength(name, sizes: sizes))
  }

  mutating func readTokens(_ name: String) throws(ByteReaderError) -> [UInt32] {
    let length = try readLength(name, sizes: 0...Bundle.fieldLimit)
    guard length.isMultiple(of: 4) else { throw failure("\(length) bytes of \(name), not whole ids") }
    return try read(count: length / 4)
  }
}
