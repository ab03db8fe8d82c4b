import FileMapping

/// Exact widening of stored weights to binary32, by their bits.
package enum Widening {
  /// The binary32 pattern of the value of an IEEE binary16 pattern; a NaN keeps its payload.
  package static func binary16(_ bits: UInt16) -> UInt32 {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      guard fraction != 0 else { return sign }
      // Subnormal: fraction · 2⁻²⁴, normalised by moving its highest bit to the implicit place, bit 10.
      let shift = UInt32(fraction.leadingZeroBitCount) - 21
      return sign | (113 - shift) << 23 | (fraction << shift & 0x3FF) << 13
    case 0x1F: return sign | 0x7F80_0000 | fraction << 13
    default: return sign | (exponent + 112) << 23 | fraction << 13
    }
  }

  /// The binary32 pattern of the value of a bfloat16 pattern.
  package static func brain16(_ bits: UInt16) -> UInt32 { UInt32(bits) << 16 }

  /// The first binary32 pattern that is infinite or not a number.
  static func firstNonFinite(_ patterns: [UInt32]) -> Int? {
    let exponent: UInt32 = 0x7F80_0000
    // Nearly always there is none; the loop without an exit is the one that compiles to vector code.
    var greatest: UInt32 = 0
    for pattern in patterns { greatest = max(greatest, pattern & exponent) }
    return greatest == exponent ? patterns.firstIndex { $0 & exponent == exponent } : nil
  }
}

extension StoredTensor {
  /// Consecutive elements in stored order, as binary32.
  /// - Precondition: `range` lies within the tensor, and the tensor within `file`.
  /// - Throws: `CheckpointError` at the first element that is infinite or not a number.
  /// - Complexity: O(elements of the range).
  package func elements(_ range: Range<Int>, of file: MappedFile) throws(CheckpointError) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= elementCount)
    let patterns = elementType.blockLength == 1 ? plainPatterns(range, of: file) : blockPatterns(range, of: file)
    if let index = Widening.firstNonFinite(patterns) {
      throw CheckpointError(
        file: file.path, place: .element(tensor: name, index: range.lowerBound + index), reason: .nonFinite)
    }
    return patterns.map { Float(bitPattern: $0) }
  }

  private func plainPatterns(_ range: Range<Int>, of file: MappedFile) -> [UInt32] {
    let start = byteRange.lowerBound + range.lowerBound * elementType.blockByteCount
    return switch elementType {
    case .binary32: file.integers(at: start, count: range.count, as: UInt32.self)
    case .binary16: file.integers(at: start, count: range.count, as: UInt16.self).map(Widening.binary16)
    case .brain16: file.integers(at: start, count: range.count, as: UInt16.self).map(Widening.brain16)
    default: preconditionFailure("\(elementType.rawValue) is not a number by itself; tables do not hold it")
    }
  }

  /// All blocks that the range touches are read, and what lies outside of it is cut off.
  private func blockPatterns(_ range: Range<Int>, of file: MappedFile) -> [UInt32] {
    guard !range.isEmpty else { return [] }
    let length = elementType.blockLength
    let blocks = range.lowerBound / length..<(range.upperBound + length - 1) / length
    let size = elementType.blockByteCount
    let start = byteRange.lowerBound
    let bytes = file.bytes(start + blocks.lowerBound * size..<start + blocks.upperBound * size)
    var scales: [UInt8] = []
    if elementType == .microscaledPairs {
      scales = file.bytes(scaleRange.lowerBound + blocks.lowerBound..<scaleRange.lowerBound + blocks.upperBound)
    }
    let values = BlockDecoder(type: elementType).values(bytes, scales: scales)
    let first = range.lowerBound - blocks.lowerBound * length
    return values[first..<first + range.count].map(\.bitPattern)
  }
}
