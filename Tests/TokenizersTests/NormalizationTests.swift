import Foundation
import Testing

@testable import Tokenizers

/// UAX #15 on an excerpt of the database's own test file.
struct NormalizationTests {
  static func lines() throws -> [[[UInt32]]] {
    try Fixture.text("NormalizationTest-15.0.0-excerpt.txt").split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
      .map { line in
        line.split(separator: ";").prefix(5).map { column in
          column.split(separator: " ").compactMap { UInt32($0, radix: 16) }
        }
      }
  }

  @Test func conformsToTheDatabase() throws {
    let lines = try Self.lines()
    #expect(lines.count > 500)
    for columns in lines {
      try #require(columns.count == 5)
      for (place, source) in columns.enumerated() {
        let isCompatible = place >= 3
        #expect(NormalizationForm.nfc.normalized(source) == columns[isCompatible ? 3 : 1])
        #expect(NormalizationForm.nfd.normalized(source) == columns[isCompatible ? 4 : 2])
        #expect(NormalizationForm.nfkc.normalized(source) == columns[3])
        #expect(NormalizationForm.nfkd.normalized(source) == columns[4])
      }
    }
  }

  @Test(arguments: NormalizationForm.allCases)
  func normalizingTwiceChangesNothing(form: NormalizationForm) {
    var generator = SeededGenerator(seed: 15)
    for _ in 0..<200 {
      let scalars = RandomText.scalars(count: 40, using: &generator)
      let once = form.normalized(scalars)
      #expect(form.normalized(once) == once)
    }
  }

  @Test func everyHangulSyllableComposes() {
    for syllable in UInt32(0xAC00)...0xD7A3 {
      let parts = NormalizationForm.nfd.normalized([syllable])
      #expect(parts.count == 2 || parts.count == 3)
      #expect(NormalizationForm.nfc.normalized(parts) == [syllable])
    }
  }

  @Test func longRunOfMarksIsSortedStably() {
    let marks = (0..<100_000).map { $0 % 2 == 0 ? UInt32(0x0301) : 0x0316 }
    let normalized = NormalizationForm.nfd.normalized([0x61] + marks)
    #expect(normalized.count == 100_001)
    #expect(normalized[1...50_000].allSatisfy { $0 == 0x0316 })
  }
}

struct UnicodeTablesTests {
  let tables = UnicodeTables.shared

  @Test func knowsGeneralCategories() {
    let expected: [(UInt32, GeneralCategory)] = [
      (0x41, .uppercaseLetter), (0x61, .lowercaseLetter), (0x1C5, .titlecaseLetter), (0x2B0, .modifierLetter),
      (0x4E00, .otherLetter), (0x9FFF, .otherLetter), (0xAC01, .otherLetter), (0x300, .nonspacingMark),
      (0x903, .spacingMark), (0x20DD, .enclosingMark), (0x30, .decimalNumber), (0x2160, .letterNumber),
      (0xBD, .otherNumber), (0x5F, .connectorPunctuation), (0x2D, .dashPunctuation), (0x28, .openPunctuation),
      (0x29, .closePunctuation), (0xAB, .initialPunctuation), (0xBB, .finalPunctuation), (0x21, .otherPunctuation),
      (0x2B, .mathSymbol), (0x24, .currencySymbol), (0x5E, .modifierSymbol), (0xA9, .otherSymbol),
      (0x20, .spaceSeparator), (0x2028, .lineSeparator), (0x2029, .paragraphSeparator), (0x0A, .control),
      (0x200B, .format), (0xE000, .privateUse), (0xD800, .surrogate), (0x378, .unassigned), (0x10FFFF, .unassigned),
    ]
    for (scalar, category) in expected { #expect(tables.scalarClass(of: scalar).category == category) }
    #expect(tables.scalarClass(of: .max).category == .unassigned)
  }

  @Test func knowsWhiteSpace() {
    let whiteSpace: Set<UInt32> = Set([0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
      .union(0x09...0x0D).union(0x2000...0x200A)
    let found = (UInt32(0)..<0x110000).filter { tables.scalarClass(of: $0).isWhiteSpace }
    #expect(found == whiteSpace.sorted())
  }

  @Test func lowersCase() {
    #expect(tables.simpleLowercase(of: 0x41) == 0x61)
    #expect(tables.simpleLowercase(of: 0x130) == 0x69)
    #expect(tables.simpleLowercase(of: 0x1E900) == 0x1E922)
    #expect(tables.simpleLowercase(of: 0x61) == 0x61)
  }

  @Test func digestInputHoldsEveryTable() {
    let bytes = unicodeTablesDigestInput
    #expect(bytes.prefix(12) == [15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(bytes.count > 100_000 && bytes.count % 4 == 0)
    #expect(unicodeTablesDigestInput == bytes)
  }

  /// Where the running system's tables know a scalar too, they must agree, but for two whose category version 16
  /// changed.
  @Test func agreesWithTheRuntime() {
    let different = (UInt32(0)..<0x110000).filter { value in
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major < 15 else { return false }
      return tables.scalarClass(of: value).isWhiteSpace != scalar.properties.isWhitespace
        || tables.combiningClass(of: value) != scalar.properties.canonicalCombiningClass.rawValue
        || tables.scalarClass(of: value).category != GeneralCategory(scalar.properties.generalCategory)
    }
    #expect(Set(different).isSubset(of: [0x295, 0x1171E]))
  }
}

extension GeneralCategory {
  init?(_ category: Unicode.GeneralCategory) {
    self.init(named: "\(category)")
  }

  private init?(named name: String) {
    guard let match = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = match
  }
}

/// Random text for properties.
enum RandomText {
  /// Ranges with letters, digits, marks, signs, spaces and scalars of every UTF-8 length.
  static let ranges: [ClosedRange<UInt32>] = [
    0x20...0x7E, 0x09...0x0D, 0x61...0x7A, 0xA0...0x24F, 0x300...0x36F, 0x391...0x3C9, 0x430...0x44F, 0x661...0x669,
    0x1100...0x11FF, 0x1780...0x17B3, 0x1E00...0x1EFF, 0x2000...0x206F, 0x2150...0x218F, 0x3000...0x30FF,
    0x4E00...0x4EFF, 0xAC00...0xACFF, 0xFF01...0xFF5E, 0x1F600...0x1F64F, 0x10FF00...0x10FFFF,
  ]

  static func scalars(count: Int, using generator: inout SeededGenerator) -> [UInt32] {
    (0..<Int.random(in: 0...count, using: &generator)).map { _ in
      let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
      return UInt32.random(in: range, using: &generator)
    }
  }

  static func utf8(count: Int, using generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in scalars(count: count, using: &generator) { UTF8Text.append(scalar, to: &bytes) }
    return bytes
  }
}
