import Pictures
import Testing

@Test("JPEG: the samples are those of the definition, exactly", arguments: Fixture.jpegs)
func jpegExactSamples(name: String) throws {
  let picture = try Fixture.picture(name + ".jpg")
  #expect(picture.width == 53 && picture.height == 41)
  #expect(picture.samples == (try Fixture.bytes(name + ".raw")))
}

@Test("JPEG: libjpeg's samples are near", arguments: Fixture.jpegs)
func jpegNearLibjpeg(name: String) throws {
  let ours = try Fixture.picture(name + ".jpg").samples
  let others = try Fixture.bytes(name + ".libjpeg")
  try #require(ours.count == others.count)
  let differences = zip(ours, others).map { abs(Int($0) - Int($1)) }
  // Libjpeg rounds in more places; its halved chroma is off by up to one, which the factor 1.772 enlarges.
  #expect(differences.allSatisfy { $0 <= 3 })
  #expect(differences.reduce(0, +) * 2 <= differences.count)
}

@Test("JPEG: other kinds are refused by name")
func jpegRefusedKinds() throws {
  #expect(Fixture.failure(try Fixture.bytes("progressive.jpg"))?.reason == .unsupported("a progressive JPEG"))
  #expect(
    Fixture.failure(try Fixture.bytes("cmyk.jpg"))?.reason
      == .unsupported("a JPEG of 4 components (gray and YCbCr are)"))
  var bytes = try Fixture.bytes("jgray.jpg")
  let frame = try #require(JPEGMarkers.offset(of: 0xC0, in: bytes))
  for (marker, name) in [
    (UInt8(0xC3), "a lossless JPEG"), (0xC9, "a JPEG with arithmetic coding"), (0xC5, "a hierarchical JPEG"),
  ] {
    bytes[frame + 1] = marker
    #expect(Fixture.failure(bytes) == PictureError(.unsupported(name), offset: frame))
  }
  bytes[frame + 1] = 0xC0
  bytes[frame + 4] = 12
  #expect(Fixture.failure(bytes)?.reason == .unsupported("a JPEG of 12 bits a sample"))
}

@Test("JPEG: colours that are not YCbCr are refused, gray ones from the same programs are not")
func jpegAdobeSegment() throws {
  let adobe: [UInt8] = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0]
  for (name, transform, isAccepted) in [("j444", UInt8(0), false), ("j444", 1, true), ("jgray", 0, true)] {
    var bytes = try Fixture.bytes(name + ".jpg")
    bytes.insert(contentsOf: adobe + [transform], at: 2)
    #expect((Fixture.failure(bytes) == nil) == isAccepted)
  }
  var bytes = try Fixture.bytes("j444.jpg")
  let frame = try #require(JPEGMarkers.offset(of: 0xC0, in: bytes))
  let scan = try #require(JPEGMarkers.offset(of: 0xDA, in: bytes))
  for (index, letter) in "RGB".utf8.enumerated() {
    bytes[frame + 10 + 3 * index] = letter
    bytes[scan + 5 + 2 * index] = letter
  }
  #expect(Fixture.failure(bytes)?.reason == .unsupported("a JPEG of colours other than YCbCr"))
}

@Test("JPEG: a block of one value is that value everywhere")
func jpegFlatBlocks() throws {
  // Gray, 16×8: two blocks whose direct coefficients are coded in 4 and 0 bits.
  let picture = try Picture(decoding: JPEGMarkers.flat(scan: [0b1_1010_0_0_0]))
  #expect(picture.samples.count == 128)
  // 10 · 8 / 8 + 128.
  #expect(picture.samples.allSatisfy { $0 == 138 })
}

/// The structure of JPEG files, for tests that change it.
enum JPEGMarkers {
  /// Where the first segment with this marker stands.
  static func offset(of marker: UInt8, in bytes: [UInt8]) -> Int? {
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
      if bytes[offset + 1] == marker { return offset }
      offset += 2 + Int(bytes[offset + 2]) << 8 + Int(bytes[offset + 3])
    }
    return nil
  }

  private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0xFF, marker] + bigEndian(content.count + 2, count: 2) + content
  }

  /// A gray picture of 16×8 with steps of 8, direct codes 0 → no bits and 1 → four bits, and 0 → end of the block.
  static func flat(scan: [UInt8], restart: Int? = nil) -> [UInt8] {
    let code: [UInt8] = [2] + [UInt8](repeating: 0, count: 15) + [0, 4]
    let end: [UInt8] = [1] + [UInt8](repeating: 0, count: 15) + [0]
    let quantization = segment(0xDB, [0] + [UInt8](repeating: 8, count: 64))
    let codes = segment(0xC4, [0] + code) + segment(0xC4, [0x10] + end)
    let interval = restart.map { segment(0xDD, bigEndian($0, count: 2)) } ?? []
    let frame = segment(0xC0, [8, 0, 8, 0, 16, 1, 1, 0x11, 0])
    let start: [UInt8] = [0xFF, 0xD8]
    return start + quantization + codes + interval + frame + segment(0xDA, [1, 1, 0, 0, 63, 0]) + scan + [0xFF, 0xD9]
  }
}
