import Hashing
import Testing

@testable import Receipts

/// A bundle has the lowest version that holds it, and no other encoding.
@Suite struct BundleVersionTests {
  private static let tree = ContributionTree(secret: Merkle.leaf([2]), epoch: 9)

  /// The fields of an encoded bundle.
  private func fields(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var reader = ByteReader(bytes)
    _ = try reader.readBytes(12)
    var fields: [[UInt8]] = []
    while reader.left > 0 { fields.append(try reader.readBytes(Int(try reader.read(UInt32.self)))) }
    return fields
  }

  private func bundle(version: UInt32, _ fields: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: "RAZAOBN1".utf8)
    writer.write(version)
    for field in fields {
      writer.write(UInt32(field.count))
      writer.write(contentsOf: field)
    }
    return writer.bytes
  }

  private func prefixed(joint: Bool = false, batchCount: Int? = nil) throws -> Bundle {
    var generator = SeededGenerator(9)
    let (network, payer, program) = (try generator.digest(), try generator.digest(), try generator.digest())
    let first = try Job(network: network, payer: payer, program: program).bundle()
    return try Job(
      promptCount: 12, contributions: joint ? Self.tree : nil, batchCount: batchCount, drawn: 4, network: network,
      payer: payer, program: program, origin: (first, 4)
    ).bundle()
  }

  @Test func versionsFollowFromTheParts() throws {
    let bundles: [(Bundle, version: UInt8, fields: Int)] = [
      (try Job().bundle(), 1, 9), (try prefixed(), 2, 10), (try Job(contributions: Self.tree).bundle(), 3, 12),
      (try Job(batchCount: 5).bundle(), 3, 12), (try prefixed(joint: true, batchCount: 5), 3, 12),
    ]
    for (bundle, version, count) in bundles {
      let bytes = bundle.encoded()
      #expect(bytes[8] == version)
      #expect(try fields(bytes).count == count)
      #expect(try Bundle(decoding: bytes) == bundle)
      #expect(VerificationReport(bundle: bytes).isVerified)
    }
  }

  @Test func bundleInAHigherVersionThanItNeeds() throws {
    let plain = try fields(Job().bundle().encoded())
    let prefixed = try fields(prefixed().encoded())
    for bytes in [
      bundle(version: 2, plain + [[]]), bundle(version: 3, plain + [[], [], []]),
      bundle(version: 3, prefixed + [[], []]),
    ] {
      #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bytes) }
    }
    let error = #expect(throws: ReceiptDecodingError.self) {
      try Bundle(decoding: bundle(version: 3, plain + [[], [], []]))
    }
    #expect(error?.description.contains("version 3 without a joint seed or an inclusion") ?? false)
  }

  @Test func bundleInALowerVersionThanItNeeds() throws {
    let joint = try fields(Job(contributions: Self.tree).bundle().encoded())
    for version in [0, 1, 2, 4, .max] as [UInt32] {
      #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bundle(version: version, joint)) }
    }
    #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bundle(version: 3, Array(joint.dropLast()))) }
    #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bundle(version: 3, joint + [[]])) }
    #expect(try Bundle(decoding: bundle(version: 3, joint)).joint != nil)
  }

  @Test func partsOfOtherSizes() throws {
    let whole = try fields(Job(contributions: Self.tree, batchCount: 5).bundle().encoded())
    for (index, sizes) in [
      (9, [1, 927, 929]), (10, [1, 415, 417]), (11, [1, 87, 89, 183, 185, 88 + 33 * 32]),
    ] {
      for size in sizes {
        var fields = whole
        fields[index] = [UInt8](repeating: 1, count: size)
        #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bundle(version: 3, fields)) }
      }
    }
  }

  @Test func oldLayoutsAreRefused() throws {
    let bundle = try Job().bundle()
    for version in [0, 1, 3] as [UInt8] {
      var bytes = bundle.accept.encoded()
      bytes[8] = version
      #expect(throws: ReceiptDecodingError.self) { try SignedAccept(decoding: bytes) }
      bytes = bundle.receipt.encoded()
      bytes[8] = version
      #expect(throws: ReceiptDecodingError.self) { try SignedReceipt(decoding: bytes) }
    }
  }

  @Test func everyTruncationOfTheLongestBundleIsRefused() throws {
    let bytes = try prefixed(joint: true, batchCount: 5).encoded()
    for count in 0..<bytes.count {
      #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: Array(bytes.prefix(count))) }
    }
    #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: bytes + [0]) }
  }

  @Test func randomFieldsNeverTrap() throws {
    var generator = SeededGenerator(6)
    let template = try prefixed(joint: true, batchCount: 5).encoded()
    let receipt = try Job().bundle().receipt
    for _ in 0..<1_000 {
      var bytes = template
      for _ in 0..<6 {
        bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      let inclusion = try? Bundle(decoding: bytes).inclusion
      _ = inclusion?.root(of: receipt)
      _ = VerificationReport(bundle: bytes)
    }
  }
}
