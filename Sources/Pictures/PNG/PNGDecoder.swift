/// Decodes PNG files that are not interlaced.
/// - Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)".
enum PNGDecoder {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func decode(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> Picture {
    let chunks = try PNGChunks(bytes, limits: limits)
    let header = chunks.header
    var raw = try decompress(chunks)
    try reverseFilters(&raw, header, chunks)
    let samples = try PNGSamples(chunks).expand(raw)
    return Picture(
      width: header.width, height: header.height, channels: samples.count / (header.width * header.height),
      samples: samples)
  }

  /// The zlib stream of the data chunks.
  /// - Source: RFC 1950.
  private static func decompress(_ chunks: PNGChunks) throws(PictureError) -> [UInt8] {
    let data = chunks.data
    func failure(_ reason: PictureError.Reason, _ offset: Int) -> PictureError {
      PictureError(reason, offset: chunks.fileOffset(ofData: offset))
    }
    guard data.count >= 6 else { throw failure(.truncated("the compressed data"), data.count) }
    let (method, flags) = (Int(data[0]), Int(data[1]))
    guard method & 15 == 8, method >> 4 <= 7, (method << 8 | flags).isMultiple(of: 31), flags & 0x20 == 0 else {
      throw failure(.damaged("the header of the compressed data"), 0)
    }
    let (raw, end): ([UInt8], Int)
    do throws(Inflater.Failure) {
      (raw, end) = try Inflater.inflate(data, from: 2, size: chunks.header.rawSize)
    } catch {
      throw failure(error.reason, error.offset)
    }
    guard data.count - end >= 4 else { throw failure(.truncated("the checksum of the samples"), data.count) }
    let stated = data[end..<end + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard stated == Adler32.checksum(raw) else { throw failure(.checksum("the samples"), end) }
    guard data.count == end + 4 else { throw failure(.trailing(data.count - end - 4), end + 4) }
    return raw
  }

  /// Takes back what each row's filter did, in place.
  private static func reverseFilters(
    _ raw: inout [UInt8], _ header: PNGHeader, _ chunks: PNGChunks
  ) throws(PictureError) {
    let (rowSize, distance) = (header.rowSize, header.filterDistance)
    for row in 0..<header.height {
      let start = row * (rowSize + 1)
      guard let filter = PNGFilter(rawValue: raw[start]) else {
        throw PictureError(
          .damaged("filter \(raw[start]) in row \(row)"), offset: chunks.fileOffset(ofData: 0))
      }
      raw.withUnsafeMutableBufferPointer { bytes in
        let current = UnsafeMutableBufferPointer(rebasing: bytes[start + 1..<start + 1 + rowSize])
        let above =
          row == 0 ? nil : UnsafeBufferPointer(rebasing: UnsafeBufferPointer(bytes)[start - rowSize..<start])
        filter.reverse(current, above: above, distance: distance)
      }
    }
  }
}

/// How a row was prepared for compression.
enum PNGFilter: UInt8 {
  case none, sub, up, average, paeth

  /// Adds the prediction from the bytes to the left and above, modulo 256; bytes outside count as 0.
  func reverse(_ row: UnsafeMutableBufferPointer<UInt8>, above: UnsafeBufferPointer<UInt8>?, distance: Int) {
    guard self != .none else { return }
    for index in row.indices {
      let left = index >= distance ? Int(row[index - distance]) : 0
      let top = above.map { Int($0[index]) } ?? 0
      let corner = index >= distance ? above.map { Int($0[index - distance]) } ?? 0 : 0
      let prediction =
        switch self {
        case .none: 0
        case .sub: left
        case .up: top
        case .average: (left + top) / 2
        case .paeth: Self.paeth(left, top, corner)
        }
      row[index] &+= UInt8(truncatingIfNeeded: prediction)
    }
  }

  /// The neighbour nearest to left + top − corner, the first of left, top, corner in a tie.
  private static func paeth(_ left: Int, _ top: Int, _ corner: Int) -> Int {
    let estimate = left + top - corner
    let (a, b, c) = (abs(estimate - left), abs(estimate - top), abs(estimate - corner))
    if a <= b && a <= c { return left }
    return b <= c ? top : corner
  }
}
