/// A Unicode normalisation form (UAX #15), or what BERT does in place of one, over the tables of Unicode 15.0.
package enum NormalizationForm: UInt8, Sendable, CaseIterable {
  case nfc = 1
  case nfd, nfkc, nfkd
  /// NFD without marks, in lower case; see `uncased(_:tables:)`.
  case bertUncased

  private var isComposed: Bool { self == .nfc || self == .nfkc }
  private var isCompatibility: Bool { self == .nfkc || self == .nfkd }

  /// The normalised form of a sequence of scalars.
  /// - Complexity: O(n log n) in the worst case (one long run of combining marks), O(n) otherwise.
  package func normalized(_ scalars: [UInt32], tables: UnicodeTables = .shared) -> [UInt32] {
    if self == .bertUncased { return Self.uncased(scalars, tables: tables) }
    // Below U+0300 nothing combines, and below U+00A0 nothing decomposes.
    let limit: UInt32 = self == .nfc ? 0x300 : 0xA0
    guard scalars.contains(where: { $0 >= limit }) else { return scalars }
    var output: [UInt32] = []
    output.reserveCapacity(scalars.count)
    for scalar in scalars { decompose(scalar, into: &output, tables: tables) }
    Self.orderCanonically(&output, tables: tables)
    if isComposed { Self.compose(&output, tables: tables) }
    return output
  }

  /// Recursion is bounded: the table's chains are at most a few steps long.
  private func decompose(_ scalar: UInt32, into output: inout [UInt32], tables: UnicodeTables) {
    if let syllable = Hangul.decomposition(of: scalar) {
      output.append(contentsOf: syllable)
    } else if let mapping = tables.decomposition(of: scalar, includingCompatibility: isCompatibility) {
      for part in mapping { decompose(part, into: &output, tables: tables) }
    } else {
      output.append(scalar)
    }
  }

  /// The Canonical Ordering Algorithm: a stable sort by combining class of every run of non-starters.
  private static func orderCanonically(_ scalars: inout [UInt32], tables: UnicodeTables) {
    var start = 0
    while start < scalars.count {
      guard tables.combiningClass(of: scalars[start]) != 0 else {
        start += 1
        continue
      }
      var end = start + 1
      while end < scalars.count, tables.combiningClass(of: scalars[end]) != 0 { end += 1 }
      if end - start > 1 {
        // The position is part of the key, so that equal classes keep their order.
        let keyed = (start..<end).map { UInt64(tables.combiningClass(of: scalars[$0])) << 32 | UInt64($0) }.sorted()
        let ordered = keyed.map { scalars[Int($0 & 0xFFFF_FFFF)] }
        scalars.replaceSubrange(start..<end, with: ordered)
      }
      start = end
    }
  }

  /// The Canonical Composition Algorithm, in place.
  private static func compose(_ scalars: inout [UInt32], tables: UnicodeTables) {
    var count = 0
    var starter: Int?
    var previousClass: UInt8 = 0
    for scalar in scalars {
      let combiningClass = tables.combiningClass(of: scalar)
      if let place = starter {
        let isAdjacent = place == count - 1
        let isBlocked = !isAdjacent && (previousClass == 0 || previousClass >= combiningClass)
        if !isBlocked, let composite = composite(of: scalars[place], and: scalar, tables: tables) {
          scalars[place] = composite
          continue
        }
      }
      if combiningClass == 0 { starter = count }
      previousClass = combiningClass
      scalars[count] = scalar
      count += 1
    }
    scalars.removeLast(scalars.count - count)
  }

  private static func composite(of first: UInt32, and second: UInt32, tables: UnicodeTables) -> UInt32? {
    Hangul.composition(of: first, and: second) ?? tables.composition(of: first, and: second)
  }
}

/// Conjoining Jamo behaviour (The Unicode Standard, §3.12).
private enum Hangul {
  static let syllableBase: UInt32 = 0xAC00
  static let leadingBase: UInt32 = 0x1100
  static let vowelBase: UInt32 = 0x1161
  static let trailingBase: UInt32 = 0x11A7
  static let leadingCount: UInt32 = 19
  static let vowelCount: UInt32 = 21
  static let trailingCount: UInt32 = 28
  static let syllableCount = leadingCount * vowelCount * trailingCount

  static func decomposition(of scalar: UInt32) -> [UInt32]? {
    guard scalar >= syllableBase, scalar - syllableBase < syllableCount else { return nil }
    let index = scalar - syllableBase
    let leading = leadingBase + index / (vowelCount * trailingCount)
    let vowel = vowelBase + index % (vowelCount * trailingCount) / trailingCount
    let trailing = index % trailingCount
    return trailing == 0 ? [leading, vowel] : [leading, vowel, trailingBase + trailing]
  }

  static func composition(of first: UInt32, and second: UInt32) -> UInt32? {
    if first >= leadingBase, first - leadingBase < leadingCount, second >= vowelBase, second - vowelBase < vowelCount {
      return syllableBase + ((first - leadingBase) * vowelCount + (second - vowelBase)) * trailingCount
    }
    let isOpenSyllable =
      first >= syllableBase && first - syllableBase < syllableCount && (first - syllableBase) % trailingCount == 0
    guard isOpenSyllable, second > trailingBase, second - trailingBase < trailingCount else { return nil }
    return first + second - trailingBase
  }
}
