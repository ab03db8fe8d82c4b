import Pictures
import Testing

@Test("PNG: a flipped bit anywhere is noticed, by a checksum or before")
func pngEveryFlippedBit() throws {
  let bytes = try Fixture.bytes("gray2.png")
  for index in bytes.indices {
    var damaged = bytes
    damaged[index] ^= 1 << UInt8(index % 8)
    // Without its signature it is no PNG; everything else is under a checksum, or is one.
    #expect(Fixture.failure(damaged) != nil, "byte \(index)")
  }
}

@Test("PNG: a checksum that does not fit is told with its chunk")
func pngWrongChecksum() throws {
  var bytes = try Fixture.bytes("gray8.png")
  bytes[32] ^= 1
  #expect(Fixture.failure(bytes) == PictureError(.checksum("chunk IHDR"), offset: 29))
}

@Test("PNG: samples whose checksum does not fit, though every chunk's does")
func pngWrongSampleChecksum() throws {
  var file = try PNGFile("gray8.png")
  let last = file.chunks.count - 2
  file.chunks[last].content[file.chunks[last].content.count - 1] ^= 1
  #expect(file.failure() == .checksum("the samples"))
}

@Test("PNG: a picture that claims to be great is refused before memory is asked for")
func pngDecompressionBomb() throws {
  var file = try PNGFile("gray8.png")
  file.chunks[0].content.replaceSubrange(0..<8, with: bigEndian(1 << 15, count: 4) + bigEndian(1 << 9, count: 4))
  #expect(file.failure() == .truncated("the compressed data"))
  file.chunks[0].content.replaceSubrange(0..<8, with: bigEndian(1 << 15, count: 4) + bigEndian(1 << 10, count: 4))
  guard case .tooLarge? = file.failure() else {
    Issue.record("a picture of 2^25 pixels was accepted")
    return
  }
  file.chunks[0].content.replaceSubrange(0..<8, with: [255, 255, 255, 255, 255, 255, 255, 255])
  guard case .tooLarge? = file.failure() else {
    Issue.record("a picture of 2^64 pixels was accepted")
    return
  }
}

@Test("PNG: data for fewer or more rows than the header says")
func pngWrongHeight() throws {
  for (height, reason) in [(22, "more than 660 bytes of samples"), (24, "690 bytes of samples, not 720")] {
    var file = try PNGFile("gray8.png")
    file.chunks[0].content[7] = UInt8(height)
    #expect(file.failure() == .damaged(reason))
  }
}

@Test("PNG: bytes behind the end")
func pngTrailingBytes() throws {
  #expect(Fixture.failure(try Fixture.bytes("gray8.png") + [0])?.reason == .trailing(1))
}

@Test("PNG: a picture cut off anywhere ends in an error", arguments: ["gray1.png", "palettealpha4.png", "flat.png"])
func pngTruncation(name: String) throws {
  let bytes = try Fixture.bytes(name)
  for count in bytes.indices { #expect(Fixture.failure(Array(bytes[..<count])) != nil) }
}

@Test(
  "PNG: compressed data with random changes never trap",
  arguments: ["gray4.png", "stored.png", "fixed.png", "pillow.png"])
func pngMutations(name: String) throws {
  var generator = TestGenerator(seed: 11)
  let file = try PNGFile(name)
  let data = file.chunks.indices.filter { file.chunks[$0].name == "IDAT" }
  for _ in 0..<400 {
    var mutated = file
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard let chunk = data.randomElement(using: &generator) else { continue }
      let place = Int.random(in: mutated.chunks[chunk].content.indices, using: &generator)
      mutated.chunks[chunk].content[place] = UInt8.random(in: 0...255, using: &generator)
    }
    // The chunks' checksums are made anew, so that decompression sees the change.
    _ = Fixture.failure(mutated.bytes)
  }
}

@Test("PNG: header, palette and transparency with random bytes never trap")
func pngHeaderMutations() throws {
  var generator = TestGenerator(seed: 12)
  for name in ["palettealpha4.png", "graykey4.png", "gray16.png"] {
    let file = try PNGFile(name)
    for _ in 0..<400 {
      var mutated = file
      let chunk = Int.random(in: 0..<mutated.chunks.count - 1, using: &generator)
      if mutated.chunks[chunk].content.isEmpty { continue }
      let place = Int.random(in: mutated.chunks[chunk].content.indices, using: &generator)
      mutated.chunks[chunk].content[place] = UInt8.random(in: 0...17, using: &generator)
      _ = Fixture.failure(mutated.bytes)
    }
  }
}
