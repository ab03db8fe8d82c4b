/// One colour component of a JPEG: how densely it is sampled, and which tables it uses.
struct JPEGComponent {
  let identifier: Int
  /// Blocks of a unit across and down, 1 or 2 each.
  let horizontal: Int
  let vertical: Int
  let quantization: Int
  /// Samples that belong to the picture.
  var width = 0
  var height = 0
  /// Blocks in whole units: what an interleaved scan holds.
  var blocksAcross = 0
  var blocksDown = 0
  /// Shape (blocksDown · 8, blocksAcross · 8).
  var samples: [UInt8] = []
  var isDecoded = false

  /// Samples of a row.
  var stride: Int { blocksAcross * 8 }
}

/// The frame header of a JPEG, checked.
struct JPEGFrame {
  let width: Int
  let height: Int
  var components: [JPEGComponent] = []
  let horizontalMaximum: Int
  let verticalMaximum: Int

  /// Units of an interleaved scan.
  var unitsAcross: Int { (width - 1) / (8 * horizontalMaximum) + 1 }
  var unitsDown: Int { (height - 1) / (8 * verticalMaximum) + 1 }

  /// - Parameter name: of the frame's kind, for messages.
  init(_ reader: inout PictureReader, limits: PictureLimits) throws(PictureError) {
    let what = "the frame header"
    let start = reader.offset
    let precision = try reader.byte(what)
    guard precision == 8 else {
      throw PictureError(.unsupported("a JPEG of \(precision) bits a sample"), offset: start)
    }
    height = try reader.integer16(what)
    width = try reader.integer16(what)
    guard height > 0 else {
      throw PictureError(.unsupported("a JPEG that states its height at the end"), offset: start)
    }
    try limits.check(width: width, height: height, at: start)
    let count = try reader.byte(what)
    guard count == 1 || count == 3 else {
      throw PictureError(.unsupported("a JPEG of \(count) components (gray and YCbCr are)"), offset: start + 5)
    }
    for _ in 0..<count { components.append(try Self.component(&reader)) }
    try reader.finish()
    horizontalMaximum = components.map(\.horizontal).max() ?? 1
    verticalMaximum = components.map(\.vertical).max() ?? 1
    guard Set(components.map(\.identifier)).count == count else {
      throw PictureError(.damaged("two components of one name"), offset: start + 5)
    }
    measureComponents()
  }

  private static func component(_ reader: inout PictureReader) throws(PictureError) -> JPEGComponent {
    let start = reader.offset
    let identifier = try reader.byte("the frame header")
    let factors = try reader.byte("the frame header")
    let table = try reader.byte("the frame header")
    let (horizontal, vertical) = (factors >> 4, factors & 15)
    guard (1...2).contains(horizontal), (1...2).contains(vertical) else {
      throw PictureError(.unsupported("JPEG sampling \(horizontal)×\(vertical)"), offset: start + 1)
    }
    guard table < 4 else { throw PictureError(.damaged("quantisation table \(table)"), offset: start + 2) }
    return JPEGComponent(identifier: identifier, horizontal: horizontal, vertical: vertical, quantization: table)
  }

  private mutating func measureComponents() {
    for index in components.indices {
      let (horizontal, vertical) = (components[index].horizontal, components[index].vertical)
      components[index].width = (width * horizontal - 1) / horizontalMaximum + 1
      components[index].height = (height * vertical - 1) / verticalMaximum + 1
      components[index].blocksAcross = unitsAcross * horizontal
      components[index].blocksDown = unitsDown * vertical
    }
  }

  /// Reserves the components' samples, if as much as two bits a block can be left.
  mutating func allocate(bytesLeft: Int, at offset: Int) throws(PictureError) {
    let blockCount = components.reduce(0) { $0 + (($1.width - 1) / 8 + 1) * (($1.height - 1) / 8 + 1) }
    guard blockCount / 4 <= bytesLeft else { throw PictureError(.truncated("the scans"), offset: offset + bytesLeft) }
    for index in components.indices {
      let count = components[index].stride * components[index].blocksDown * 8
      components[index].samples = [UInt8](repeating: 0, count: count)
    }
  }
}
