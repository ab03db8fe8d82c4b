/// A set of scalars written as a regular expression's class: ranges, in the order they are written there.
struct ScalarRanges: Sendable {
  let ranges: [ClosedRange<UInt32>]

  /// - Precondition: ascending.
  func contains(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar)
  }

  /// The text between the brackets, in UTF-8.
  var classText: [UInt8] {
    var text: [UInt8] = []
    for range in ranges {
      UTF8Text.append(range.lowerBound, to: &text)
      guard range.lowerBound != range.upperBound else { continue }
      text.append(UInt8(ascii: "-"))
      UTF8Text.append(range.upperBound, to: &text)
    }
    return text
  }

  /// The cased letters that DeepSeek LLM's second expression lists.
  static let deepSeekLetters = ScalarRanges(ranges: [
    0x41...0x5A, 0x61...0x7A, 0xB5...0xB5, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x1BA, 0x1BC...0x1BF, 0x1C4...0x293,
    0x295...0x2AF, 0x370...0x373, 0x376...0x376, 0x377...0x377, 0x37B...0x37D, 0x37F...0x37F, 0x386...0x386,
    0x388...0x38A, 0x38C...0x38C, 0x38E...0x3A1, 0x3A3...0x3F5, 0x3F7...0x481, 0x48A...0x52F, 0x531...0x556,
    0x10A0...0x10C5, 0x13A0...0x13F5, 0x13F8...0x13FD, 0x1C90...0x1CBA, 0x1CBD...0x1CBF, 0x1D00...0x1D2B,
    0x1D6B...0x1D77, 0x1D79...0x1D9A, 0x1E00...0x1F15, 0x1F18...0x1F1D, 0x1F20...0x1F45, 0x1F48...0x1F4D,
    0x1F50...0x1F57, 0x1F59...0x1F59, 0x1F5B...0x1F5B, 0x1F5D...0x1F5D, 0x1F5F...0x1F7D, 0x1F80...0x1FB4,
    0x1FB6...0x1FBC, 0x1FBE...0x1FBE, 0x1FC2...0x1FC4, 0x1FC6...0x1FCC, 0x1FD0...0x1FD3, 0x1FD6...0x1FDB,
    0x1FE0...0x1FEC, 0x1FF2...0x1FF4, 0x1FF6...0x1FFC, 0x2102...0x2102, 0x2107...0x2107, 0x210A...0x2113,
    0x2115...0x2115, 0x2119...0x211D, 0x2124...0x2124, 0x2126...0x2126, 0x2128...0x2128, 0x212A...0x212D,
    0x212F...0x2134, 0x2139...0x2139, 0x213C...0x213F, 0x2145...0x2149, 0x214E...0x214E, 0x2183...0x2183,
    0x2184...0x2184, 0x2C00...0x2C7B, 0x2C7E...0x2CE4, 0x2CEB...0x2CEE, 0x2CF2...0x2CF2, 0x2CF3...0x2CF3,
    0xA640...0xA66D, 0xA680...0xA69B, 0xA722...0xA76F, 0xA771...0xA787, 0xA78B...0xA78E, 0xAB70...0xABBF,
    0xFB00...0xFB06, 0xFB13...0xFB17, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x10400...0x1044F, 0x104B0...0x104D3,
    0x104D8...0x104FB, 0x10C80...0x10CB2, 0x10CC0...0x10CF2, 0x118A0...0x118DF, 0x1E900...0x1E943,
  ])
}

extension ScannedText {
  /// DeepSeek LLM: `[\r\n]`, `\s?[letters]+`, `\s?[!-/:-~！-／：-～‘-‟　-。]+`, `\s+$`, `[一-龥ࠀ-一가-퟿]+`, then
  /// every number; each isolates its matches in what the one before it left.
  func deepSeekLLMWordEnds() -> [Int] {
    var ends = isolate([scalars.count]) { text, position, _ in text.isNewline(position) ? position + 1 : nil }
    ends = isolate(ends) { text, position, end in
      text.spacedRunEnd(at: position, in: end) { ScalarRanges.deepSeekLetters.contains($0) }
    }
    ends = isolate(ends) { text, position, end in
      text.spacedRunEnd(at: position, in: end, of: Self.isDeepSeekPunctuation)
    }
    ends = isolateTrailingWhiteSpace(ends)
    ends = isolate(ends) { text, position, end in
      text.runEnd(at: position, in: end) {
        (0x800...0x9FA5).contains($0) || (0xAC00...0xD7FF).contains($0)
      }
    }
    return isolate(ends, Self.digitEnd)
  }

  /// DeepSeek V3: `\p{N}{1,3}`, `[一-龥぀-ゟ゠-ヿ]+`, and the expression of `deepSeekV3MatchEnd`.
  func deepSeekV3WordEnds() -> [Int] {
    var ends = isolate([scalars.count]) { text, position, end in
      let runEnd = text.endOfRun(from: position, in: min(end, position + 3)) { text.classes[$0].isNumber }
      return runEnd > position ? runEnd : nil
    }
    ends = isolate(ends) { text, position, end in
      text.runEnd(at: position, in: end) { (0x4E00...0x9FA5).contains($0) || (0x3040...0x30FF).contains($0) }
    }
    return isolate(ends) { $0.deepSeekV3MatchEnd(at: $1, in: $2) }
  }

  /// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|``
  /// `` ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+``
  private func deepSeekV3MatchEnd(at position: Int, in end: Int) -> Int? {
    let scalar = scalars[position]
    if Self.isASCIIPunctuation(scalar), position + 1 < end, Self.isASCIILetter(scalars[position + 1]) {
      return endOfRun(from: position + 1, in: end) { Self.isASCIILetter(scalars[$0]) }
    }
    let isMarkOrLetter = { (place: Int) in classes[place].isLetter || classes[place].isMark }
    let isSign = { (place: Int) in classes[place].isPunctuation || classes[place].isSymbol }
    let isPrefix = !isNewline(position) && !classes[position].isLetter && !isSign(position)
    if isMarkOrLetter(position) || (isPrefix && position + 1 < end && isMarkOrLetter(position + 1)) {
      return endOfRun(from: position + 1, in: end, while: isMarkOrLetter)
    }
    let start = scalar == 0x20 && position + 1 < end ? position + 1 : position
    if isSign(start) {
      return endOfRun(from: endOfRun(from: start, in: end, while: isSign), in: end, while: isNewline)
    }
    guard classes[position].isWhiteSpace else { return nil }
    return lineEnd(at: position, in: end) ?? whiteSpaceEnd(at: position, in: end)
  }

  /// `[set]+`.
  private func runEnd(at position: Int, in end: Int, of set: (UInt32) -> Bool) -> Int? {
    let runEnd = endOfRun(from: position, in: end) { set(scalars[$0]) }
    return runEnd > position ? runEnd : nil
  }

  /// `\s?[set]+`, where the set may itself hold white space.
  private func spacedRunEnd(at position: Int, in end: Int, of set: (UInt32) -> Bool) -> Int? {
    if classes[position].isWhiteSpace, position + 1 < end, let found = runEnd(at: position + 1, in: end, of: set) {
      return found
    }
    return runEnd(at: position, in: end, of: set)
  }

  /// `\s+$` in every segment, looked for from its end so that inner white space costs nothing.
  private func isolateTrailingWhiteSpace(_ segmentEnds: [Int]) -> [Int] {
    var ends: [Int] = []
    var start = 0
    for end in segmentEnds {
      var cut = end
      while cut > start, classes[cut - 1].isWhiteSpace { cut -= 1 }
      if cut > start { ends.append(cut) }
      if cut < end { ends.append(end) }
      start = end
    }
    return ends
  }

  private static func isDeepSeekPunctuation(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x21...0x2F, 0x3A...0x7E, 0xFF01...0xFF0F, 0xFF1A...0xFF5E, 0x2018...0x201F, 0x3000...0x3002: true
    default: false
    }
  }

  private static func isASCIIPunctuation(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  private static func isASCIILetter(_ scalar: UInt32) -> Bool {
    (0x41...0x5A).contains(scalar) || (0x61...0x7A).contains(scalar)
  }
}
