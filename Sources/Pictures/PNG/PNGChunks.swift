/// The chunks of a PNG that bear on its samples.
struct PNGChunks {
  let header: PNGHeader
  /// Red, green and blue of each entry, in order; empty without a palette.
  private(set) var palette: [UInt8] = []
  /// Content of the transparency chunk, or `nil`.
  private(set) var transparency: [UInt8]?
  /// The data chunks' content, one after another.
  private(set) var data: [UInt8] = []
  /// Where in `data` and where in the file each data chunk begins.
  private var places: [(data: Int, file: Int)] = []

  /// Reads every chunk, checking its checksum and place. Ancillary chunks other than tRNS are passed over.
  init(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) {
    var reader = PictureReader(bytes, from: PNGDecoder.signature.count)
    let first = try Chunk(&reader)
    guard first.name == "IHDR", first.content.count == 13 else {
      throw PictureError(.damaged("no header chunk at the start"), offset: first.offset)
    }
    var headerReader = PictureReader(bytes, first.content)
    header = try PNGHeader(&headerReader, limits: limits)
    var last = first
    while true {
      let chunk = try Chunk(&reader)
      if chunk.name == "IEND" {
        guard chunk.content.isEmpty else { throw Self.misplaced(chunk) }
        break
      }
      try add(chunk, after: last, bytes)
      last = chunk
    }
    try reader.finish()
    guard !data.isEmpty else { throw PictureError(.damaged("no data chunk"), offset: bytes.count) }
    guard header.colourType != .palette || !palette.isEmpty else {
      throw PictureError(.damaged("no palette"), offset: bytes.count)
    }
  }

  /// Where a byte of `data` stands in the file.
  func fileOffset(ofData offset: Int) -> Int {
    guard let place = places.last(where: { $0.data <= offset }) else { return offset }
    return place.file + offset - place.data
  }

  private static func misplaced(_ chunk: Chunk) -> PictureError {
    PictureError(.damaged("a chunk \(chunk.name) that does not fit there"), offset: chunk.offset)
  }

  private mutating func add(_ chunk: Chunk, after last: Chunk, _ bytes: [UInt8]) throws(PictureError) {
    switch chunk.name {
    case "IDAT":
      guard data.isEmpty && places.isEmpty || last.name == "IDAT" else { throw Self.misplaced(chunk) }
      places.append((data.count, chunk.content.lowerBound))
      data += bytes[chunk.content]
    case "PLTE":
      let count = chunk.content.count / 3
      guard palette.isEmpty, places.isEmpty, transparency == nil, chunk.content.count.isMultiple(of: 3),
        (1...256).contains(count), header.colourType != .gray, header.colourType != .grayAlpha,
        header.colourType != .palette || count <= 1 << header.depth
      else { throw Self.misplaced(chunk) }
      palette = Array(bytes[chunk.content])
    case "tRNS":
      guard transparency == nil, places.isEmpty, isTransparencySize(chunk.content.count) else {
        throw Self.misplaced(chunk)
      }
      transparency = Array(bytes[chunk.content])
    default:
      // Bit 5 of the first letter: a decoder may pass the chunk over.
      guard chunk.isAncillary, chunk.name != "IHDR" else {
        throw PictureError(.unsupported("the critical chunk \(chunk.name)"), offset: chunk.offset)
      }
    }
  }

  private func isTransparencySize(_ count: Int) -> Bool {
    switch header.colourType {
    case .gray: count == 2
    case .colour: count == 6
    case .palette: count >= 1 && count <= palette.count / 3
    case .grayAlpha, .colourAlpha: false
    }
  }
}

/// One chunk: length, name, content, checksum.
private struct Chunk {
  let offset: Int
  /// Four ASCII letters.
  let name: String
  let isAncillary: Bool
  let content: Range<Int>

  init(_ reader: inout PictureReader) throws(PictureError) {
    offset = reader.offset
    let length = try reader.integer32("the length of a chunk")
    let nameRange = try reader.range(4, "the name of a chunk")
    let letters = reader.bytes[nameRange]
    guard letters.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }) else {
      throw PictureError(.damaged("a chunk whose name is not four letters"), offset: nameRange.lowerBound)
    }
    name = String(decoding: letters, as: UTF8.self)
    isAncillary = reader.bytes[nameRange.lowerBound] & 0x20 != 0
    content = try reader.range(length, "chunk \(name)")
    let stated = try reader.integer32("the checksum of chunk \(name)")
    guard CRC32.checksum(reader.bytes[nameRange.lowerBound..<content.upperBound]) == UInt32(stated) else {
      throw PictureError(.checksum("chunk \(name)"), offset: content.upperBound)
    }
  }
}
