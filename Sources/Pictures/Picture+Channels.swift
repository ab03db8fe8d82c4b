extension Picture {
  /// The luminance of a colour: ⌊(19595·R + 38470·G + 7471·B + 2^15) / 2^16⌋, the weights of ITU-R BT.601.
  package static func gray(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
    let sum: UInt32 = 19_595 * UInt32(red) + 38_470 * UInt32(green) + 7_471 * UInt32(blue)
    // The weights sum to 2^16, so the quotient is at most 255.
    return UInt8((sum + 32_768) >> 16)
  }

  /// The picture as gray (1) or colour (3) without alpha: gray by `gray(red:green:blue:)`, colour from gray by
  /// repeating it.
  /// - Precondition: `channels` is 1 or 3.
  /// - Throws: `PictureError.transparent` at the first pixel whose alpha is not 255, in order of the rows.
  package func converted(toChannels channels: Int) throws(PictureError) -> Picture {
    precondition(channels == 1 || channels == 3)
    if hasAlpha { try requireOpaque() }
    if channels == self.channels { return self }
    let isColour = self.channels >= 3
    var converted: [UInt8] = []
    converted.reserveCapacity(width * height * channels)
    for start in stride(from: 0, to: samples.count, by: self.channels) {
      if isColour, channels == 1 {
        converted.append(Self.gray(red: samples[start], green: samples[start + 1], blue: samples[start + 2]))
      } else {
        for channel in 0..<channels { converted.append(samples[start + (isColour ? channel : 0)]) }
      }
    }
    return Picture(width: width, height: height, channels: channels, samples: converted)
  }

  /// The picture without alpha, laid over an even gray: ⌊(c·a + g·(255 − a) + 127) / 255⌋.
  package func laid(over background: UInt8) -> Picture {
    guard hasAlpha else { return self }
    var opaque: [UInt8] = []
    opaque.reserveCapacity(width * height * (channels - 1))
    for start in stride(from: 0, to: samples.count, by: channels) {
      let alpha = UInt32(samples[start + channels - 1])
      for channel in 0..<channels - 1 {
        let mixed = UInt32(samples[start + channel]) * alpha + UInt32(background) * (255 - alpha)
        opaque.append(UInt8((mixed + 127) / 255))
      }
    }
    return Picture(width: width, height: height, channels: channels - 1, samples: opaque)
  }

  private func requireOpaque() throws(PictureError) {
    for pixel in 0..<width * height where samples[(pixel + 1) * channels - 1] != 255 {
      throw PictureError(.transparent(x: pixel % width, y: pixel / width), offset: 0)
    }
  }
}
