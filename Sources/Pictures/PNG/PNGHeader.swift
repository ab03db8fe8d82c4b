/// What a PNG's first chunk says, checked.
struct PNGHeader: Equatable {
  /// How samples make pixels.
  enum ColourType: Int {
    case gray = 0
    case colour = 2
    case palette = 3
    case grayAlpha = 4
    case colourAlpha = 6

    /// Samples of a pixel as stored.
    var sampleCount: Int {
      switch self {
      case .gray, .palette: 1
      case .grayAlpha: 2
      case .colour: 3
      case .colourAlpha: 4
      }
    }

    var allowedDepths: [Int] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .colour, .grayAlpha, .colourAlpha: [8, 16]
      }
    }
  }

  let width: Int
  let height: Int
  /// Bits of a sample.
  let depth: Int
  let colourType: ColourType

  /// Bytes of a row without its filter byte.
  var rowSize: Int { (width * colourType.sampleCount * depth + 7) / 8 }
  /// Bytes between a sample and the one that filters compare it with.
  var filterDistance: Int { max(1, colourType.sampleCount * depth / 8) }
  /// Bytes before compression.
  var rawSize: Int { height * (rowSize + 1) }

  init(_ reader: inout PictureReader, limits: PictureLimits) throws(PictureError) {
    let what = "the header chunk"
    let start = reader.offset
    width = try reader.integer32(what)
    height = try reader.integer32(what)
    try limits.check(width: width, height: height, at: start)
    let depth = try reader.byte(what)
    let number = try reader.byte(what)
    guard let colourType = ColourType(rawValue: number), colourType.allowedDepths.contains(depth) else {
      throw PictureError(.damaged("colour type \(number) with \(depth) bits"), offset: start + 8)
    }
    (self.depth, self.colourType) = (depth, colourType)
    for name in ["compression method", "filter method"] {
      let method = try reader.byte(what)
      guard method == 0 else { throw PictureError(.unsupported("\(name) \(method)"), offset: reader.offset - 1) }
    }
    let interlace = try reader.byte(what)
    guard interlace == 0 else {
      let name = interlace == 1 ? "an interlaced PNG (Adam7)" : "interlace method \(interlace)"
      throw PictureError(.unsupported(name), offset: reader.offset - 1)
    }
  }
}
