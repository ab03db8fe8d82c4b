/// Decodes sequential Huffman-coded JPEG files of 8 bits, gray or YCbCr.
///
/// The formulas that the standard leaves open are those of docs/spec-pictures.md.
/// - Source: ITU-T T.81; JFIF 1.02 for colours.
struct JPEGDecoder {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  private var reader: PictureReader
  private let limits: PictureLimits
  private var frame: JPEGFrame?
  /// In the order of rows and columns.
  private var quantization: [[Int]?] = [nil, nil, nil, nil]
  private var directCodes: [JPEGCode?] = [nil, nil, nil, nil]
  private var alternatingCodes: [JPEGCode?] = [nil, nil, nil, nil]
  /// Units between restart markers; 0 for none.
  private var restartInterval = 0
  private var adobeTransform: Int?

  private init(_ bytes: [UInt8], limits: PictureLimits) {
    reader = PictureReader(bytes, from: 2)
    self.limits = limits
  }

  static func decode(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> Picture {
    var decoder = JPEGDecoder(bytes, limits: limits)
    while try decoder.segment() {}
    try decoder.reader.finish()
    guard let frame = decoder.frame else { throw decoder.reader.failure(.damaged("no frame")) }
    guard frame.components.allSatisfy(\.isDecoded) else {
      throw decoder.reader.failure(.truncated("the scans: a component is missing"))
    }
    try decoder.checkColours(frame)
    return JPEGColours(frame).picture()
  }

  /// Reads one marker and what belongs to it.
  /// - Returns: false at the end of the picture.
  private mutating func segment() throws(PictureError) -> Bool {
    let start = reader.offset
    let marker = try marker()
    switch marker {
    case 0xD9: return false
    case 0x01, 0xD0...0xD8: throw PictureError(.damaged("a marker \(Self.name(marker)) out of place"), offset: start)
    default: break
    }
    let length = try reader.integer16("segment \(Self.name(marker))")
    guard length >= 2 else { throw PictureError(.damaged("a segment of length \(length)"), offset: start + 2) }
    let range = try reader.range(length - 2, "segment \(Self.name(marker))")
    var content = PictureReader(reader.bytes, range)
    try read(marker, &content, at: start)
    return true
  }

  /// 0xFF, any number of times, then the marker's number.
  private mutating func marker() throws(PictureError) -> Int {
    let start = reader.offset
    guard try reader.byte("a marker") == 0xFF else { throw PictureError(.damaged("no marker"), offset: start) }
    var code = 0xFF
    while code == 0xFF { code = try reader.byte("a marker") }
    guard code != 0 else { throw PictureError(.damaged("no marker"), offset: start) }
    return code
  }

  private mutating func read(
    _ marker: Int, _ content: inout PictureReader, at start: Int
  ) throws(PictureError) {
    switch marker {
    case 0xC0, 0xC1:
      guard frame == nil else { throw PictureError(.damaged("a second frame"), offset: start) }
      var frame = try JPEGFrame(&content, limits: limits)
      try frame.allocate(bytesLeft: reader.left, at: reader.offset)
      self.frame = frame
    case 0xC4: try readCodes(&content)
    case 0xC2, 0xC3, 0xC5...0xCF: throw PictureError(.unsupported(Self.frameName(marker)), offset: start)
    case 0xDA: try readScan(&content, at: start)
    case 0xDB: try readQuantization(&content)
    case 0xDC: throw PictureError(.unsupported("a JPEG that states its height at the end"), offset: start)
    case 0xDD:
      restartInterval = try content.integer16("the restart interval")
      try content.finish()
    case 0xEE: readAdobe(content)
    case 0xE0...0xEF, 0xFE: break
    default: throw PictureError(.unsupported("JPEG segment \(Self.name(marker))"), offset: start)
    }
  }

  /// The marker's second byte in hexadecimal: `FFD8`.
  private static func name(_ marker: Int) -> String { "FF" + String(marker, radix: 16, uppercase: true) }

  private static func frameName(_ marker: Int) -> String {
    switch marker {
    case 0xC2: "a progressive JPEG"
    case 0xC3: "a lossless JPEG"
    case 0xC8: "a JPEG extension"
    case 0xCC: "a JPEG with arithmetic coding"
    case 0xC5...0xC7: "a hierarchical JPEG"
    default: "a JPEG with arithmetic coding"
    }
  }
}

extension JPEGDecoder {
  private mutating func readQuantization(_ content: inout PictureReader) throws(PictureError) {
    let what = "a quantisation table"
    while content.left > 0 {
      let start = content.offset
      let head = try content.byte(what)
      guard head >> 4 <= 1, head & 15 < 4 else { throw PictureError(.damaged(what), offset: start) }
      var table = [Int](repeating: 0, count: 64)
      for index in 0..<64 {
        let value = head >> 4 == 0 ? try content.byte(what) : try content.integer16(what)
        guard value > 0 else { throw PictureError(.damaged("a quantisation step of 0"), offset: start) }
        table[JPEGScan.zigzag[index]] = value
      }
      quantization[head & 15] = table
    }
  }

  private mutating func readCodes(_ content: inout PictureReader) throws(PictureError) {
    let what = "a Huffman table"
    while content.left > 0 {
      let start = content.offset
      let head = try content.byte(what)
      guard head >> 4 <= 1, head & 15 < 4 else { throw PictureError(.damaged(what), offset: start) }
      var counts: [Int] = []
      for _ in 0..<16 { counts.append(try content.byte(what)) }
      let range = try content.range(counts.reduce(0, +), what)
      guard let code = JPEGCode(counts: counts, symbols: Array(content.bytes[range])) else {
        throw PictureError(.damaged("a Huffman table that is no prefix code"), offset: start)
      }
      if head >> 4 == 0 { directCodes[head & 15] = code } else { alternatingCodes[head & 15] = code }
    }
  }

  /// Adobe's segment says how three components are to be read.
  private mutating func readAdobe(_ content: PictureReader) {
    let bytes = content.bytes[content.offset..<content.offset + content.left]
    guard bytes.starts(with: "Adobe".utf8), bytes.count >= 12 else { return }
    adobeTransform = Int(bytes[bytes.startIndex + 11])
  }

  /// Refuses three components that are not YCbCr: by Adobe's segment, or by the names R, G and B.
  private func checkColours(_ frame: JPEGFrame) throws(PictureError) {
    guard frame.components.count == 3 else { return }
    let isNamedRGB = frame.components.map(\.identifier) == [0x52, 0x47, 0x42]
    guard adobeTransform ?? (isNamedRGB ? 0 : 1) == 1 else {
      throw PictureError(.unsupported("a JPEG of colours other than YCbCr"), offset: 0)
    }
  }

  private mutating func readScan(_ content: inout PictureReader, at start: Int) throws(PictureError) {
    let what = "the scan header"
    guard var frame else { throw PictureError(.damaged("a scan before the frame"), offset: start) }
    var selections: [JPEGScan.Selection] = []
    for _ in 0..<(try content.byte(what)) {
      let identifier = try content.byte(what)
      let tables = try content.byte(what)
      guard let index = frame.components.firstIndex(where: { $0.identifier == identifier }),
        !frame.components[index].isDecoded, !selections.contains(where: { $0.component == index })
      else { throw PictureError(.damaged("component \(identifier) in a scan"), offset: start) }
      guard tables >> 4 < 4, tables & 15 < 4, let direct = directCodes[tables >> 4],
        let alternating = alternatingCodes[tables & 15],
        let steps = quantization[frame.components[index].quantization]
      else { throw PictureError(.damaged("a scan without its tables"), offset: start) }
      selections.append(
        JPEGScan.Selection(component: index, direct: direct, alternating: alternating, steps: steps))
    }
    guard !selections.isEmpty else { throw PictureError(.damaged("an empty scan"), offset: start) }
    let spectral = [try content.byte(what), try content.byte(what), try content.byte(what)]
    try content.finish()
    guard spectral == [0, 63, 0] else { throw PictureError(.damaged("a scan that is not sequential"), offset: start) }
    var scan = JPEGScan(reader.bytes, from: reader.offset, selections: selections, restartInterval: restartInterval)
    // One owner while blocks are written, so that no array is copied.
    self.frame = nil
    let end = try scan.decode(into: &frame)
    self.frame = frame
    reader = PictureReader(reader.bytes, from: end)
  }
}
