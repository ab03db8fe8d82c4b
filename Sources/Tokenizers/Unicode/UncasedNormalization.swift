extension NormalizationForm {
  /// BERT's uncased text: without control characters, marks and upper case, and with one kind of white space.
  ///
  /// Of the categories Cc, Cf and Co only tab and line breaks stay, as white space; U+FFFD goes too. White space
  /// becomes U+0020, the rest is decomposed canonically, loses category Mn, and takes its simple lower case.
  static func uncased(_ scalars: [UInt32], tables: UnicodeTables) -> [UInt32] {
    var cleaned: [UInt32] = []
    cleaned.reserveCapacity(scalars.count)
    for scalar in scalars {
      let scalarClass = tables.scalarClass(of: scalar)
      let isLineOrTab = scalar == 0x09 || scalar == 0x0A || scalar == 0x0D
      let isControl = [.control, .format, .privateUse].contains(scalarClass.category) && !isLineOrTab
      if isControl || scalar == 0xFFFD { continue }
      cleaned.append(scalarClass.isWhiteSpace ? 0x20 : scalar)
    }
    return NormalizationForm.nfd.normalized(cleaned, tables: tables).compactMap { scalar in
      tables.scalarClass(of: scalar).category == .nonspacingMark ? nil : tables.simpleLowercase(of: scalar)
    }
  }
}
