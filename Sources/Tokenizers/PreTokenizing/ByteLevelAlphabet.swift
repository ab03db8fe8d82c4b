/// GPT-2's printable stand-ins for bytes: printable Latin-1 stands for itself, the rest for U+0100 onwards.
enum ByteLevelAlphabet {
  /// The bytes a piece stands for, or `nil` when it holds a scalar that stands for no byte.
  static func bytes(of piece: ArraySlice<UInt8>) -> [UInt8]? {
    guard case .success(let scalars) = UTF8Text.scalars(of: piece) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scalars.count)
    for scalar in scalars {
      guard scalar < byteOfScalar.count, let byte = byteOfScalar[Int(scalar)] else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static let byteOfScalar: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 0x144)
    var standIn = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: table[Int(byte)] = byte
      default:
        table[standIn] = byte
        standIn += 1
      }
    }
    return table
  }()
}
