import Hashing
import Testing

@testable import Receipts

/// The nine fields of a bundle, each written with a length of the test's choosing.
@Suite struct BundleFieldTests {
  private static let names = [
    "receipt", "accept", "blind", "request", "prompt", "answer", "text", "trace", "certificate",
  ]

  /// The contents of a good bundle's fields.
  private func fields() throws -> [[UInt8]] {
    let bytes = try Job().bundle().encoded()
    var reader = ByteReader(bytes)
    _ = try reader.readBytes(12)
    return try Self.names.map { _ in try reader.readBytes(Int(try reader.read(UInt32.self))) }
  }

  private func bundle(_ fields: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: "RAZAOBN1".utf8)
    writer.write(UInt32(1))
    for field in fields {
      writer.write(UInt32(field.count))
      writer.write(contentsOf: field)
    }
    return writer.bytes
  }

  private func expectRefusal(
    of name: String, _ edit: (inout [UInt8]) -> Void, because part: String, layout: String = "bundle"
  ) throws {
    var fields = try fields()
    let index = try #require(Self.names.firstIndex(of: name))
    edit(&fields[index])
    let error = #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bundle(fields)) }
    #expect(error?.layout == layout)
    #expect(error?.description.contains(part) ?? false, "\(error?.description ?? "")")
  }

  @Test func goodFieldsMakeTheBundle() throws {
    #expect(try bundle(fields()) == Job().bundle().encoded())
    #expect(try Bundle(decoding: bundle(fields())) == Job().bundle())
  }

  @Test func fieldsOfFixedSizeHaveNoOther() throws {
    try expectRefusal(of: "receipt", { $0.append(0) }, because: "865 bytes of receipt")
    try expectRefusal(of: "accept", { $0.removeLast() }, because: "527 bytes of accept")
    try expectRefusal(of: "blind", { $0.append(0) }, because: "33 bytes of master blind")
  }

  @Test func idsAreWhole() throws {
    try expectRefusal(of: "prompt", { $0.append(0) }, because: "21 bytes of prompt, not whole ids")
    try expectRefusal(of: "answer", { $0.removeLast() }, because: "27 bytes of answer, not whole ids")
  }

  @Test func tracesHaveAModeAndWholeHashes() throws {
    try expectRefusal(of: "trace", { $0 = [] }, because: "0 bytes of trace")
    try expectRefusal(of: "trace", { $0[0] = 2 }, because: "unknown mode or size")
    try expectRefusal(of: "trace", { $0[0] = 0 }, because: "unknown mode or size")
    try expectRefusal(of: "trace", { $0.removeLast() }, because: "unknown mode or size")
    try expectRefusal(of: "trace", { $0 = [1] }, because: "unknown mode or size")
    let tooMany = 1 + 32 * (TraceHashes.limit + 1)
    try expectRefusal(
      of: "trace", { $0 = [1] + [UInt8](repeating: 0, count: tooMany - 1) }, because: "\(tooMany) bytes of trace")
  }

  @Test func certificatesAreAbsentOrWhole() throws {
    for count in [1, 63, 64] {
      try expectRefusal(of: "certificate", { $0 = Array($0.prefix(count)) }, because: "without a signature")
    }
    let tooLong = 64 + CertificateStatement.limit + 1
    try expectRefusal(
      of: "certificate", { $0 = [UInt8](repeating: 1, count: tooLong) }, because: "\(tooLong) bytes of certificate")
  }

  @Test func malformedPartsAreNamed() throws {
    try expectRefusal(of: "receipt", { $0[0] ^= 1 }, because: "RAZAORC1", layout: "receipt")
    try expectRefusal(of: "accept", { $0[8] = 1 }, because: "version", layout: "accept")
  }

  @Test func otherFilesAndVersionsAreRefused() throws {
    for offset in [0, 7, 8, 11] {
      var bytes = try bundle(fields())
      bytes[offset] ^= 1
      #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bytes) }
    }
  }

  @Test func lengthsThatPromiseMoreThanThereIsAllocateNothing() throws {
    let bytes = try bundle(fields())
    let requestLength = 12 + 4 + 864 + 4 + 528 + 4 + 32
    for length in [UInt32.max, 1 << 31, 64 << 20, 64 << 20 + 1] as [UInt32] {
      var hostile = bytes
      withUnsafeBytes(of: length.littleEndian) { hostile.replaceSubrange(requestLength..<requestLength + 4, with: $0) }
      #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: hostile) }
    }
  }
}
