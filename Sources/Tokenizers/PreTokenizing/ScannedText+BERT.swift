extension ScannedText {
  /// BERT: a run of white space, one punctuation scalar, one ideograph, or everything up to the next of them.
  func bertWordEnd(at position: Int, in end: Int) -> Int {
    if classes[position].isWhiteSpace { return endOfRun(from: position, in: end) { classes[$0].isWhiteSpace } }
    if standsAlone(position) { return position + 1 }
    return endOfRun(from: position, in: end) { !classes[$0].isWhiteSpace && !standsAlone($0) }
  }

  private func standsAlone(_ position: Int) -> Bool {
    classes[position].isPunctuation || Self.isASCIISign(scalars[position]) || Self.isIdeograph(scalars[position])
  }

  /// ASCII's signs all count as punctuation, those of category S too.
  private static func isASCIISign(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  /// The blocks of CJK ideographs that BERT's description lists; later extensions are not among them.
  private static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B820...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
