/// The texts of the generated tables, one per file of `Generated/`.
enum UnicodeTableText {}

/// The Unicode 15.0 properties that tokenisation depends on.
///
/// The language's runtime has its own tables, of whatever version it was built with; identifiers must not
/// depend on that, so these are part of the arithmetic's definition and pinned by their digest.
package struct UnicodeTables: Sendable {
  /// The tables, read from their texts once per process.
  package static let shared = UnicodeTables()

  static let scalarCount = 0x110000

  /// One `ScalarClass` per code point.
  private let classBits: [UInt8]
  /// One canonical combining class per code point.
  private let combiningClasses: [UInt8]
  /// Decomposed scalar to the place of its mapping: `start << 8 | count << 1 | isCompatibility`.
  private let decompositionPlaces: [UInt32: UInt32]
  private let decompositionScalars: [UInt32]
  /// `first << 32 | second` to the primary composite.
  private let compositions: [UInt64: UInt32]
  private let lowercaseMappings: [UInt32: UInt32]

  private init() {
    var bits = Self.expandedRuns(Self.numbers(in: UnicodeTableText.generalCategoryRuns))
    let whiteSpace = Self.expandedRuns(Self.numbers(in: UnicodeTableText.whiteSpaceRuns))
    for index in bits.indices where whiteSpace[index] == 1 { bits[index] |= ScalarClass.whiteSpaceBit }
    classBits = bits
    combiningClasses = Self.expandedRuns(Self.numbers(in: UnicodeTableText.combiningClassRuns))
    (decompositionPlaces, decompositionScalars) = Self.readDecompositions()
    compositions = Self.compositions(places: decompositionPlaces, scalars: decompositionScalars)
    lowercaseMappings = Self.readLowercase()
  }

  /// The class of a code point; unassigned beyond U+10FFFF.
  package func scalarClass(of scalar: UInt32) -> ScalarClass {
    ScalarClass(bits: scalar < classBits.count ? classBits[Int(scalar)] : 0)
  }

  /// Canonical_Combining_Class of a code point.
  package func combiningClass(of scalar: UInt32) -> UInt8 {
    scalar < combiningClasses.count ? combiningClasses[Int(scalar)] : 0
  }

  /// Simple_Lowercase_Mapping of a code point; itself when it has none.
  package func simpleLowercase(of scalar: UInt32) -> UInt32 {
    lowercaseMappings[scalar] ?? scalar
  }

  /// One step of a code point's decomposition, or `nil`; Hangul syllables are not in the table.
  func decomposition(of scalar: UInt32, includingCompatibility: Bool) -> ArraySlice<UInt32>? {
    guard let place = decompositionPlaces[scalar], includingCompatibility || place & 1 == 0 else { return nil }
    let start = Int(place >> 8)
    return decompositionScalars[start..<start + Int(place >> 1 & 0x7F)]
  }

  /// The primary composite of two scalars, or `nil`; Hangul is not in the table.
  func composition(of first: UInt32, and second: UInt32) -> UInt32? {
    compositions[UInt64(first) << 32 | UInt64(second)]
  }
}

// MARK: - Reading the texts

extension UnicodeTables {
  /// The hexadecimal numbers of a generated text.
  private static func numbers(in text: StaticString) -> [UInt32] {
    var numbers: [UInt32] = []
    var number: UInt32 = 0
    var isInNumber = false
    for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      default:
        if isInNumber { numbers.append(number) }
        number = 0
        isInNumber = false
        continue
      }
      isInNumber = true
    }
    if isInNumber { numbers.append(number) }
    return numbers
  }

  /// Pairs of (count, value), expanded to one value per code point.
  private static func expandedRuns(_ runs: [UInt32]) -> [UInt8] {
    var values: [UInt8] = []
    values.reserveCapacity(scalarCount)
    for index in stride(from: 0, to: runs.count, by: 2) {
      values.append(contentsOf: repeatElement(UInt8(runs[index + 1]), count: Int(runs[index])))
    }
    precondition(values.count == scalarCount, "a generated table does not cover the code space")
    return values
  }

  /// Entries of (distance from the previous scalar, count · 2 + isCompatibility, scalars…).
  private static func readDecompositions() -> (places: [UInt32: UInt32], scalars: [UInt32]) {
    let numbers = numbers(in: UnicodeTableText.decompositions)
    var places: [UInt32: UInt32] = [:]
    var scalars: [UInt32] = []
    var (index, scalar): (Int, UInt32) = (0, 0)
    while index < numbers.count {
      scalar += numbers[index]
      let count = Int(numbers[index + 1] >> 1)
      places[scalar] = UInt32(scalars.count) << 8 | numbers[index + 1]
      scalars.append(contentsOf: numbers[index + 2..<index + 2 + count])
      index += 2 + count
    }
    return (places, scalars)
  }

  private static func compositions(places: [UInt32: UInt32], scalars: [UInt32]) -> [UInt64: UInt32] {
    let excluded = expandedRuns(numbers(in: UnicodeTableText.compositionExclusionRuns))
    var compositions: [UInt64: UInt32] = [:]
    for (scalar, place) in places where place & 0xFF == 2 << 1 && excluded[Int(scalar)] == 0 {
      let start = Int(place >> 8)
      compositions[UInt64(scalars[start]) << 32 | UInt64(scalars[start + 1])] = scalar
    }
    return compositions
  }

  /// Entries of (distance from the previous scalar, lowercase scalar).
  private static func readLowercase() -> [UInt32: UInt32] {
    let numbers = numbers(in: UnicodeTableText.simpleLowercase)
    var mappings: [UInt32: UInt32] = [:]
    var scalar: UInt32 = 0
    for index in stride(from: 0, to: numbers.count, by: 2) {
      scalar += numbers[index]
      mappings[scalar] = numbers[index + 1]
    }
    return mappings
  }

  /// The canonical bytes of all tables, for pinning their SHA-256.
  ///
  /// Three little-endian 32-bit integers 15, 0, 0 (the version), then for each table, in the order general
  /// category runs, White_Space runs, combining class runs, decompositions, composition exclusion runs,
  /// simple lowercase: its count of integers, then the integers, all little-endian 32-bit.
  package static var digestInput: [UInt8] {
    let texts = [
      UnicodeTableText.generalCategoryRuns, UnicodeTableText.whiteSpaceRuns, UnicodeTableText.combiningClassRuns,
      UnicodeTableText.decompositions, UnicodeTableText.compositionExclusionRuns, UnicodeTableText.simpleLowercase,
    ]
    var bytes: [UInt8] = []
    for number in [15, 0, 0] as [UInt32] { bytes.appendLittleEndian(number) }
    for text in texts {
      let numbers = numbers(in: text)
      bytes.appendLittleEndian(UInt32(numbers.count))
      for number in numbers { bytes.appendLittleEndian(number) }
    }
    return bytes
  }
}

/// The canonical bytes of all Unicode tables that tokenisation uses; the arithmetic's version pins their digest.
package var unicodeTablesDigestInput: [UInt8] { UnicodeTables.digestInput }

extension [UInt8] {
  /// Appends an integer's bytes, least significant first.
  mutating func appendLittleEndian<Integer: FixedWidthInteger>(_ value: Integer) {
    for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
    }
  }
}
