/// The general category of a Unicode scalar, with the numbers the generated tables use.
package enum GeneralCategory: UInt8, Sendable, CaseIterable {
  case unassigned, control, format, privateUse, surrogate
  case lowercaseLetter, modifierLetter, otherLetter, titlecaseLetter, uppercaseLetter
  case spacingMark, enclosingMark, nonspacingMark
  case decimalNumber, letterNumber, otherNumber
  case connectorPunctuation, dashPunctuation, closePunctuation, finalPunctuation, initialPunctuation
  case otherPunctuation, openPunctuation
  case currencySymbol, modifierSymbol, mathSymbol, otherSymbol
  case lineSeparator, paragraphSeparator, spaceSeparator
}

/// What a pre-tokeniser asks about one scalar: the classes `\p{L}`, `\p{N}` and so on, and `\s`.
package struct ScalarClass: Sendable, Equatable {
  /// Bits 0–4: the general category; bit 5: White_Space.
  let bits: UInt8

  static let whiteSpaceBit: UInt8 = 0x20

  package var isWhiteSpace: Bool { bits & Self.whiteSpaceBit != 0 }
  package var isLetter: Bool { isWithin(.lowercaseLetter, .uppercaseLetter) }
  package var isMark: Bool { isWithin(.spacingMark, .nonspacingMark) }
  package var isNumber: Bool { isWithin(.decimalNumber, .otherNumber) }
  package var isPunctuation: Bool { isWithin(.connectorPunctuation, .openPunctuation) }
  package var isSymbol: Bool { isWithin(.currencySymbol, .otherSymbol) }
  package var isSeparator: Bool { isWithin(.lineSeparator, .spaceSeparator) }

  package var category: GeneralCategory { GeneralCategory(rawValue: bits & 0x1F) ?? .unassigned }

  private func isWithin(_ first: GeneralCategory, _ last: GeneralCategory) -> Bool {
    let category = bits & 0x1F
    return category >= first.rawValue && category <= last.rawValue
  }
}
