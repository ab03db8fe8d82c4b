import Pictures
import Testing

@Test("PNG: every depth, colour type, filter and kind of compressed block", arguments: Fixture.pngs)
func pngSamples(name: String) throws {
  #expect(try Fixture.picture(name + ".png").samples == Fixture.bytes(name + ".raw"))
}

@Test(
  "PNG: sizes and channels",
  arguments: [
    ("gray1", 29, 23, 1), ("grayalpha8", 27, 31, 2), ("colour8", 27, 31, 3), ("alpha8", 27, 31, 4),
    ("palette4", 15, 17, 3),
    ("palettealpha4", 15, 17, 4), ("graykey4", 13, 12, 2),
  ])
func pngShape(name: String, width: Int, height: Int, channels: Int) throws {
  let picture = try Fixture.picture(name + ".png")
  #expect(picture.width == width && picture.height == height && picture.channels == channels)
  #expect(picture.hasAlpha == (channels == 2 || channels == 4))
}

/// A PNG taken apart, to be put together again with changes.
struct PNGFile {
  var chunks: [(name: String, content: [UInt8])] = []

  init(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    var offset = 8
    while offset < bytes.count {
      let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
      chunks.append((name, Array(bytes[offset + 8..<offset + 8 + length])))
      offset += 12 + length
    }
  }

  var bytes: [UInt8] {
    chunks.reduce([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { file, chunk in
      let body = Array(chunk.name.utf8) + chunk.content
      return file + bigEndian(chunk.content.count, count: 4) + body + bigEndian(Self.checksum(body), count: 4)
    }
  }

  /// The check of the standard, bit by bit.
  private static func checksum(_ bytes: [UInt8]) -> Int {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return Int(~value)
  }

  func failure() -> PictureError.Reason? { Fixture.failure(bytes)?.reason }
}

@Test("PNG: a file taken apart and put together is the same picture")
func pngRebuilt() throws {
  #expect(try Picture(decoding: PNGFile("colour8.png").bytes) == Fixture.picture("colour8.png"))
}

@Test("PNG: interlaced files are refused by name")
func pngInterlaced() throws {
  var file = try PNGFile("gray8.png")
  file.chunks[0].content[12] = 1
  #expect(file.failure() == .unsupported("an interlaced PNG (Adam7)"))
}

@Test("PNG: an unknown critical chunk is refused by name, an unknown ancillary one is passed over")
func pngUnknownChunks() throws {
  var file = try PNGFile("gray8.png")
  file.chunks.insert(("ruNe", [1, 2, 3]), at: 2)
  #expect(file.failure() == nil)
  file.chunks[2].name = "RuNe"
  #expect(file.failure() == .unsupported("the critical chunk RuNe"))
}

@Test(
  "PNG: chunks out of place",
  arguments: [
    [0, 1, 1, 2, 3, 4, 5], [1, 0, 2, 3, 4, 5], [0, 2, 1, 3, 4, 5], [0, 2, 3, 4], [0, 1, 5], [0, 0, 1, 2, 3, 4, 5],
  ])
func pngMisplacedChunks(order: [Int]) throws {
  // IHDR gAMA IDAT IDAT IDAT IEND
  var file = try PNGFile("gray8.png")
  file.chunks = order.map { file.chunks[$0] }
  if order == [0, 1, 1, 2, 3, 4, 5] {
    #expect(file.failure() == nil)
  } else {
    #expect(file.failure() != nil)
  }
}

@Test("PNG: a colour type with a depth that does not exist", arguments: [(2, 4), (4, 1), (3, 16), (5, 8), (0, 3)])
func pngImpossibleDepth(colourType: UInt8, depth: UInt8) throws {
  var file = try PNGFile("gray8.png")
  file.chunks[0].content[8] = depth
  file.chunks[0].content[9] = colourType
  #expect(file.failure() == .damaged("colour type \(colourType) with \(depth) bits"))
}

@Test("PNG: a palette that is missing, and an index beyond it")
func pngPaletteAttacks() throws {
  var file = try PNGFile("palette4.png")
  let place = try #require(file.chunks.firstIndex { $0.name == "PLTE" })
  file.chunks[place].content.removeLast(24)
  guard case .damaged(let reason)? = file.failure() else {
    Issue.record("an index beyond the palette was accepted")
    return
  }
  #expect(reason.contains("of a palette of 8"))
  file.chunks.remove(at: place)
  #expect(file.failure() == .damaged("no palette"))
}
