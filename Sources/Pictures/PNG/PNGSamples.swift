/// Turns the rows of a PNG into 8-bit samples.
struct PNGSamples {
  private let header: PNGHeader
  private let palette: [UInt8]
  private let transparency: [UInt8]?
  private let chunks: PNGChunks

  init(_ chunks: PNGChunks) {
    header = chunks.header
    palette = chunks.palette
    transparency = chunks.transparency
    self.chunks = chunks
  }

  /// - Parameter raw: rows without filters, each behind its filter byte.
  /// - Returns: shape (height, width, channels).
  func expand(_ raw: [UInt8]) throws(PictureError) -> [UInt8] {
    header.colourType == .palette ? try expandPalette(raw) : expandValues(raw)
  }

  /// One stored sample: 16 bits big-endian, or the next `depth` bits from the high end of a byte.
  private func sample(_ raw: [UInt8], _ row: Int, _ index: Int) -> Int {
    let start = row * (header.rowSize + 1) + 1
    switch header.depth {
    case 8: return Int(raw[start + index])
    case 16: return Int(raw[start + 2 * index]) << 8 | Int(raw[start + 2 * index + 1])
    case let depth:
      let bit = index * depth
      return Int(raw[start + bit / 8]) >> (8 - depth - bit % 8) & (1 << depth - 1)
    }
  }

  /// Gray and colours, scaled to 8 bits: ⌊(255·v + ⌊m/2⌋) / m⌋ with m the greatest value of the depth.
  private func expandValues(_ raw: [UInt8]) -> [UInt8] {
    let count = header.colourType.sampleCount
    let maximum = 1 << header.depth - 1
    let key = transparency.map { bytes in (0..<count).map { Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]) } }
    var samples: [UInt8] = []
    samples.reserveCapacity(header.height * header.width * (count + (key == nil ? 0 : 1)))
    for row in 0..<header.height {
      for pixel in 0..<header.width {
        var isKey = true
        for channel in 0..<count {
          let value = sample(raw, row, pixel * count + channel)
          if let key, key[channel] != value { isKey = false }
          samples.append(UInt8((255 * value + maximum / 2) / maximum))
        }
        if key != nil { samples.append(isKey ? 0 : 255) }
      }
    }
    return samples
  }

  /// Entries of the palette, with alpha where there is a transparency chunk (255 beyond its end).
  private func expandPalette(_ raw: [UInt8]) throws(PictureError) -> [UInt8] {
    var samples: [UInt8] = []
    samples.reserveCapacity(header.height * header.width * (transparency == nil ? 3 : 4))
    for row in 0..<header.height {
      for pixel in 0..<header.width {
        let entry = sample(raw, row, pixel)
        guard 3 * entry < palette.count else {
          throw PictureError(
            .damaged("entry \(entry) of a palette of \(palette.count / 3), column \(pixel), row \(row)"),
            offset: chunks.fileOffset(ofData: 0))
        }
        samples += palette[3 * entry..<3 * entry + 3]
        if let transparency { samples.append(entry < transparency.count ? transparency[entry] : 255) }
      }
    }
    return samples
  }
}
