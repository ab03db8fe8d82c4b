/// A decoded picture: 8-bit samples, row after row from the top, pixels from the left, channels together.
package struct Picture: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// 1 gray, 2 gray and alpha, 3 red, green and blue, 4 the same and alpha.
  package let channels: Int
  /// Shape (height, width, channels).
  package let samples: [UInt8]

  /// - Precondition: sizes are positive, channels 1…4, and the samples have that shape.
  package init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(width > 0 && height > 0 && (1...4).contains(channels))
    precondition(samples.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// Whether each pixel has an alpha sample.
  package var hasAlpha: Bool { channels == 2 || channels == 4 }
}

/// What a picture may claim; checked before anything of its size is allocated.
package struct PictureLimits: Sendable, Equatable {
  /// Most bytes of a file.
  package var byteCount: Int
  /// Most pixels in one direction.
  package var side: Int
  /// Most pixels in all.
  package var pixelCount: Int

  package init(byteCount: Int = 64 << 20, side: Int = 1 << 15, pixelCount: Int = 1 << 24) {
    self.byteCount = byteCount
    self.side = side
    self.pixelCount = pixelCount
  }

  /// Refuses sizes that are zero or too great.
  func check(width: Int, height: Int, at offset: Int) throws(PictureError) {
    guard width > 0, height > 0 else {
      throw PictureError(.damaged("a picture of \(width)×\(height) pixels"), offset: offset)
    }
    guard width <= side, height <= side, width * height <= pixelCount else {
      throw PictureError(
        .tooLarge("\(width)×\(height) pixels, limit \(side) a side and \(pixelCount) in all"), offset: offset)
    }
  }
}

extension Picture {
  /// Decodes a PNG, a baseline JPEG, or a binary PGM or PPM, told apart by their first bytes.
  ///
  /// The rules are docs/spec-pictures.md: the samples are a function of the bytes alone, the same everywhere.
  /// - Throws: `PictureError` with the byte; never traps, whatever the bytes.
  /// - Complexity: O(bytes + pixels); memory is a small multiple of the picture, and no more than the file's own
  ///   size can justify.
  package init(decoding bytes: [UInt8], limits: PictureLimits = PictureLimits()) throws(PictureError) {
    guard bytes.count <= limits.byteCount else {
      throw PictureError(.tooLarge("\(bytes.count) bytes, limit \(limits.byteCount)"), offset: 0)
    }
    if bytes.starts(with: PNGDecoder.signature) {
      self = try PNGDecoder.decode(bytes, limits: limits)
    } else if bytes.starts(with: JPEGDecoder.signature) {
      self = try JPEGDecoder.decode(bytes, limits: limits)
    } else if bytes.count >= 2, bytes[0] == UInt8(ascii: "P"), (0x31...0x37).contains(bytes[1]) {
      self = try PortableMapDecoder.decode(bytes, limits: limits)
    } else {
      throw PictureError(.unknownFormat, offset: 0)
    }
  }
}

extension Picture {
  /// The samples channel after channel, shape (channels, height, width).
  package var planes: [UInt8] {
    (0..<channels).flatMap { channel in stride(from: channel, to: samples.count, by: channels).map { samples[$0] } }
  }
}
