import Pictures
import Testing

@Test("PGM and PPM: samples, comments and other maxima")
func portableMaps() throws {
  let gray = try Picture(decoding: Array("P5 # one\n3\t2 #two\n255\n".utf8) + [0, 1, 2, 253, 254, 255])
  #expect(gray == Picture(width: 3, height: 2, channels: 1, samples: [0, 1, 2, 253, 254, 255]))
  let colours = try Picture(decoding: Array("P6\n1 1\n15\n".utf8) + [0, 7, 15])
  #expect(colours == Picture(width: 1, height: 1, channels: 3, samples: [0, 119, 255]))
  let wide = try Picture(decoding: Array("P5 2 1 65535 ".utf8) + [0x80, 0x80, 0xFF, 0xFF])
  #expect(wide.samples == [128, 255])
}

@Test(
  "PGM and PPM: refusals",
  arguments: [
    ("P4 1 1 \0", "portable map P4 (binary P5 and P6 are) is not supported (byte 0 of the picture)"),
    ("P5 1 1 255 ", "picture cut off at byte 11, within the samples"),
    ("P5 1 1 255 ab", "1 bytes follow the end of the picture at byte 12"),
    ("P5 1 1 9 a", "picture damaged at byte 9: a sample of 97, above 9"),
    ("P5 1 x 9 a", "picture damaged at byte 6: a header that is not decimal"),
    ("P5 0 1 9 ", "picture damaged at byte 2: a picture of 0×1 pixels"),
    ("P5 1 1 0 a", "picture damaged at byte 9: a greatest sample of 0"),
    ("P5 99999 1 9 a", "picture too large: a header number above 32768"),
    ("P5 30000 30000 9 a", "picture too large: 30000×30000 pixels, limit 32768 a side and 16777216 in all"),
    ("P5 #", "picture cut off at byte 4, within a comment"),
    ("GIF89a", "not a picture in a known format; give a PNG, a baseline JPEG, or a binary PGM or PPM"),
    ("", "not a picture in a known format; give a PNG, a baseline JPEG, or a binary PGM or PPM"),
  ])
func portableMapRefusals(text: String, message: String) {
  #expect(Fixture.failure(Array(text.utf8))?.description == message)
}

@Test("any format: more bytes than the limit")
func tooManyBytes() throws {
  let limits = PictureLimits(byteCount: 100)
  #expect(
    Fixture.failure(try Fixture.bytes("gray8.png"), limits: limits)?.reason
      == .tooLarge("\(try Fixture.bytes("gray8.png").count) bytes, limit 100"))
}

@Test("any format: random bytes behind a signature never trap")
func randomBytes() {
  var generator = TestGenerator(seed: 14)
  let signatures: [[UInt8]] = [
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF], [0x50, 0x35, 0x20], [0x50, 0x36, 0x0A],
  ]
  for signature in signatures {
    for count in 0..<300 {
      let tail = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      _ = Fixture.failure(signature + tail)
    }
  }
}
