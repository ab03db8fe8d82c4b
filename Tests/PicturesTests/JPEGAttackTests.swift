import Pictures
import Testing

@Test("JPEG: a restart marker that is missing, wrong or not announced")
func jpegRestartAttacks() throws {
  let (first, second): ([UInt8], [UInt8]) = ([0b1_1010_0_11], [0b0_0_111111])
  #expect(Fixture.failure(JPEGMarkers.flat(scan: first + [0xFF, 0xD0] + second, restart: 1)) == nil)
  #expect(Fixture.failure(JPEGMarkers.flat(scan: first + [0xFF, 0xFF, 0xD0] + second, restart: 1)) == nil)
  for scan in [first + second, first + [0xFF, 0xD1] + second, first + [0xFF, 0xD0]] {
    #expect(Fixture.failure(JPEGMarkers.flat(scan: scan, restart: 1)) != nil)
  }
  #expect(Fixture.failure(JPEGMarkers.flat(scan: first + [0xFF, 0xD0] + second)) != nil)
}

@Test("JPEG: the prediction starts anew behind a restart marker")
func jpegRestartPrediction() throws {
  let picture = try Picture(
    decoding: JPEGMarkers.flat(scan: [0b1_1010_0_11, 0xFF, 0xD0, 0b0_0_111111], restart: 1))
  #expect(picture.samples[0] == 138 && picture.samples[8] == 128)
}

@Test("JPEG: a scan with bytes left over, or too few")
func jpegScanLength() throws {
  #expect(Fixture.failure(JPEGMarkers.flat(scan: [0b1_1010_0_0_0, 0xAA])) != nil)
  #expect(Fixture.failure(JPEGMarkers.flat(scan: [0b1_1010_000, 0b0_1111111, 0, 0])) != nil)
  #expect(Fixture.failure(JPEGMarkers.flat(scan: [0b1_1010_0_00])) == nil)
  #expect(Fixture.failure(JPEGMarkers.flat(scan: [])) != nil)
}

@Test("JPEG: tables that are no prefix code, a step of 0, and scans without tables or frame")
func jpegTableAttacks() throws {
  let bytes = try Fixture.bytes("jgray.jpg")
  let codes = try #require(JPEGMarkers.offset(of: 0xC4, in: bytes))
  let steps = try #require(JPEGMarkers.offset(of: 0xDB, in: bytes))
  let frame = try #require(JPEGMarkers.offset(of: 0xC0, in: bytes))
  let scan = try #require(JPEGMarkers.offset(of: 0xDA, in: bytes))
  for (place, value) in [
    (codes + 5, UInt8(200)), (codes + 4, 0x24), (steps + 5, 0), (steps + 4, 0x25), (frame + 12, 3), (frame + 11, 0x31),
    (frame + 9, 2), (scan + 4, 2), (scan + 5, 9), (scan + 6, 0x30), (scan + 7, 1), (scan + 8, 5), (scan + 9, 1),
  ] {
    var damaged = bytes
    damaged[place] = value
    #expect(Fixture.failure(damaged) != nil, "byte \(place)")
  }
}

@Test("JPEG: a picture that claims to be great is refused before memory is asked for")
func jpegGreatClaim() throws {
  var bytes = try Fixture.bytes("jgray.jpg")
  let frame = try #require(JPEGMarkers.offset(of: 0xC0, in: bytes))
  bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x0F, 0xFF, 0x0F, 0xFF])
  #expect(Fixture.failure(bytes)?.reason == .truncated("the scans"))
  bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
  guard case .tooLarge? = Fixture.failure(bytes)?.reason else {
    Issue.record("a picture of 2^32 pixels was accepted")
    return
  }
}

@Test("JPEG: bytes behind the end")
func jpegTrailingBytes() throws {
  #expect(Fixture.failure(try Fixture.bytes("jgray.jpg") + [0])?.reason == .trailing(1))
}

@Test("JPEG: a picture cut off anywhere ends in an error", arguments: ["jgray.jpg", "jrestart.jpg"])
func jpegTruncation(name: String) throws {
  let bytes = try Fixture.bytes(name)
  for count in bytes.indices { #expect(Fixture.failure(Array(bytes[..<count])) != nil) }
}

@Test("JPEG: random changes never trap", arguments: Fixture.jpegs + ["progressive", "cmyk"])
func jpegMutations(name: String) throws {
  var generator = TestGenerator(seed: 13)
  let bytes = try Fixture.bytes(name + ".jpg")
  for _ in 0..<300 {
    var mutated = bytes
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: mutated.indices, using: &generator)
      mutated[place] = UInt8.random(in: 0...255, using: &generator)
    }
    if Bool.random(using: &generator) {
      mutated.removeSubrange(Int.random(in: 0..<mutated.count, using: &generator)...)
    }
    _ = Fixture.failure(mutated)
  }
}
