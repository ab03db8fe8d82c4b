import Pictures
import Testing

@Test("gray from colours: the weights of BT.601, rounded once")
func grayOfColours() {
  for value in UInt8.min...UInt8.max { #expect(Picture.gray(red: value, green: value, blue: value) == value) }
  #expect(Picture.gray(red: 255, green: 0, blue: 0) == 76)
  #expect(Picture.gray(red: 0, green: 255, blue: 0) == 150)
  #expect(Picture.gray(red: 0, green: 0, blue: 255) == 29)
}

@Test("a gray picture in colours and back is the same picture")
func grayRoundTrip() throws {
  let picture = try Fixture.picture("gray8.png")
  let colours = try picture.converted(toChannels: 3)
  #expect(colours.channels == 3 && colours.samples.count == 3 * picture.samples.count)
  #expect(try colours.converted(toChannels: 1) == picture)
  #expect(try picture.converted(toChannels: 1) == picture)
}

@Test("a transparent pixel has no colour of its own: it is refused with its place")
func transparentPixels() throws {
  let clear = Picture(width: 2, height: 2, channels: 2, samples: [9, 255, 8, 255, 7, 255, 6, 254])
  #expect(throws: PictureError(.transparent(x: 1, y: 1), offset: 0)) { try clear.converted(toChannels: 1) }
  #expect(try clear.laid(over: 0).samples == [9, 8, 7, 6])
  let opaque = Picture(width: 1, height: 1, channels: 4, samples: [1, 2, 3, 255])
  #expect(try opaque.converted(toChannels: 3).samples == [1, 2, 3])
}

@Test("laid over a gray: nothing where alpha is 0, everything where it is 255, rounded between")
func laidOverGray() {
  let picture = Picture(width: 3, height: 1, channels: 4, samples: [10, 20, 30, 0, 10, 20, 30, 255, 0, 100, 255, 128])
  #expect(picture.laid(over: 200).samples == [200, 200, 200, 10, 20, 30, 100, 150, 228])
  let gray = Picture(width: 1, height: 1, channels: 1, samples: [5])
  #expect(gray.laid(over: 9) == gray)
}

@Test("planes: channel after channel")
func planes() {
  let picture = Picture(width: 2, height: 1, channels: 3, samples: [1, 2, 3, 4, 5, 6])
  #expect(picture.planes == [1, 4, 2, 5, 3, 6])
}
