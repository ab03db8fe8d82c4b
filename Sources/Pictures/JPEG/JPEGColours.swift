/// Brings a frame's components to the picture's size and turns them into gray or colours (docs/spec-pictures.md).
struct JPEGColours {
  private let frame: JPEGFrame

  init(_ frame: JPEGFrame) {
    self.frame = frame
  }

  func picture() -> Picture {
    let planes = frame.components.map { plane($0) }
    let samples = planes.count == 1 ? planes[0] : Self.colours(planes)
    return Picture(width: frame.width, height: frame.height, channels: planes.count, samples: samples)
  }

  /// One component at the picture's size: a sample lies between the four nearest, those outside repeat the border.
  private func plane(_ component: JPEGComponent) -> [UInt8] {
    let isWide = component.horizontal < frame.horizontalMaximum
    let isTall = component.vertical < frame.verticalMaximum
    let columns = (0..<frame.width).map { Neighbours($0, isHalved: isWide, limit: component.width) }
    var plane: [UInt8] = []
    plane.reserveCapacity(frame.width * frame.height)
    for y in 0..<frame.height {
      let row = Neighbours(y, isHalved: isTall, limit: component.height)
      let (near, far) = (row.near * component.stride, row.far * component.stride)
      for column in columns {
        if !isWide, !isTall {
          plane.append(component.samples[near + column.near])
          continue
        }
        func mixed(_ start: Int) -> Int {
          let sample = Int(component.samples[start + column.near])
          return isWide ? 3 * sample + Int(component.samples[start + column.far]) : sample
        }
        let sum = isTall ? 3 * mixed(near) + mixed(far) : mixed(near)
        let shift = (isWide ? 2 : 0) + (isTall ? 2 : 0)
        plane.append(UInt8((sum + 1 << (shift - 1)) >> shift))
      }
    }
    return plane
  }

  /// Which samples of a component a pixel lies between, in one direction.
  private struct Neighbours {
    /// Weight 3.
    let near: Int
    /// Weight 1.
    let far: Int

    init(_ pixel: Int, isHalved: Bool, limit: Int) {
      near = isHalved ? pixel / 2 : pixel
      let step = pixel.isMultiple(of: 2) ? -1 : 1
      far = isHalved ? max(0, min(limit - 1, near + step)) : near
    }
  }

  /// Red, green and blue from Y, Cb and Cr, with factors of 16 fraction bits and one rounding each.
  private static func colours(_ planes: [[UInt8]]) -> [UInt8] {
    var colours: [UInt8] = []
    colours.reserveCapacity(3 * planes[0].count)
    for index in planes[0].indices {
      let y = Int(planes[0][index])
      let (blue, red) = (Int(planes[1][index]) - 128, Int(planes[2][index]) - 128)
      colours.append(clamped(y, 91_881 * red))
      colours.append(clamped(y, -22_554 * blue - 46_802 * red))
      colours.append(clamped(y, 116_130 * blue))
    }
    return colours
  }

  private static func clamped(_ luminance: Int, _ difference: Int) -> UInt8 {
    UInt8(max(0, min(255, luminance + (difference + 32_768) >> 16)))
  }
}
