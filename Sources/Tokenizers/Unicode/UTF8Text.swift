/// Conversions between UTF-8 bytes and scalars that never repair silently.
enum UTF8Text {
  /// The scalars of well-formed UTF-8.
  /// - Returns: the scalars, or the offset of the first byte that starts no well-formed sequence.
  static func scalars(of bytes: ArraySlice<UInt8>) -> Result<[UInt32], InvalidUTF8> {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(bytes.count)
    var position = bytes.startIndex
    while position < bytes.endIndex {
      if bytes[position] < 0x80 {
        scalars.append(UInt32(bytes[position]))
        position += 1
        continue
      }
      guard case .complete(let scalar, let length) = sequence(at: position, in: bytes) else {
        return .failure(InvalidUTF8(offset: position - bytes.startIndex))
      }
      scalars.append(scalar)
      position += length
    }
    return .success(scalars)
  }

  /// What stands at a position.
  enum Sequence: Equatable {
    case complete(scalar: UInt32, length: Int)
    /// The bytes end inside a sequence that could still become well formed.
    case incomplete
    /// A maximal subpart of this many bytes that cannot become well formed (Unicode 15.0, §3.9, U+FFFD practice).
    case invalid(length: Int)
  }

  /// - Precondition: `position` is an index of `bytes`.
  static func sequence(at position: Int, in bytes: ArraySlice<UInt8>) -> Sequence {
    let lead = bytes[position]
    if lead < 0x80 { return .complete(scalar: UInt32(lead), length: 1) }
    guard let (length, secondRange) = form(ofLead: lead) else { return .invalid(length: 1) }
    var scalar = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      guard position + offset < bytes.endIndex else { return .incomplete }
      let byte = bytes[position + offset]
      guard offset == 1 ? secondRange.contains(byte) : byte & 0xC0 == 0x80 else { return .invalid(length: offset) }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    return .complete(scalar: scalar, length: length)
  }

  /// Table 3-7 of The Unicode Standard: the length, and what the second byte may be.
  private static func form(ofLead lead: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
    switch lead {
    case 0xC2...0xDF: return (2, 0x80...0xBF)
    case 0xE0: return (3, 0xA0...0xBF)
    case 0xED: return (3, 0x80...0x9F)
    case 0xE1...0xEF: return (3, 0x80...0xBF)
    case 0xF0: return (4, 0x90...0xBF)
    case 0xF1...0xF3: return (4, 0x80...0xBF)
    case 0xF4: return (4, 0x80...0x8F)
    default: return nil
    }
  }

  /// Appends one scalar in UTF-8.
  /// - Precondition: `scalar` is a Unicode scalar value.
  static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
    switch scalar {
    case 0..<0x80: bytes.append(UInt8(scalar))
    case 0x80..<0x800: bytes.append(contentsOf: [0xC0 | UInt8(scalar >> 6), continuation(scalar)])
    case 0x800..<0x10000:
      bytes.append(contentsOf: [0xE0 | UInt8(scalar >> 12), continuation(scalar >> 6), continuation(scalar)])
    default:
      bytes.append(0xF0 | UInt8(scalar >> 18))
      bytes.append(contentsOf: [continuation(scalar >> 12), continuation(scalar >> 6), continuation(scalar)])
    }
  }

  private static func continuation(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(bits & 0x3F) }
}

/// Bytes that are not well-formed UTF-8.
struct InvalidUTF8: Error, Equatable, Sendable {
  /// Where the first ill-formed sequence starts.
  let offset: Int
}
