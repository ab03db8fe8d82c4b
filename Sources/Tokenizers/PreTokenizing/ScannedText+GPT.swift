extension ScannedText {
  /// The word at a position under GPT-2's expression,
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
  func gpt2WordEnd(at position: Int, in end: Int) -> Int {
    if let contraction = contractionEnd(at: position, in: end, ignoringCase: false) { return contraction }
    let start = scalars[position] == 0x20 && position + 1 < end ? position + 1 : position
    let first = classes[start]
    if first.isLetter { return endOfRun(from: start, in: end) { classes[$0].isLetter } }
    if first.isNumber { return endOfRun(from: start, in: end) { classes[$0].isNumber } }
    if !first.isWhiteSpace { return endOfRun(from: start, in: end, while: isOther) }
    return whiteSpaceEnd(at: position, in: end)
  }

  /// The word at a position under Llama 3's expression, `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|`
  /// `\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`; Qwen 2's has `\p{N}` for the numbers.
  func llama3WordEnd(at position: Int, in end: Int, longestNumber: Int) -> Int {
    if let contraction = contractionEnd(at: position, in: end, ignoringCase: true) { return contraction }
    let first = classes[position]
    if first.isLetter { return endOfRun(from: position, in: end) { classes[$0].isLetter } }
    if first.isNumber {
      return endOfRun(from: position, in: min(end, position + longestNumber)) { classes[$0].isNumber }
    }
    if !isNewline(position), position + 1 < end, classes[position + 1].isLetter {
      return endOfRun(from: position + 1, in: end) { classes[$0].isLetter }
    }
    let start = scalars[position] == 0x20 && position + 1 < end ? position + 1 : position
    if isOther(start) {
      let otherEnd = endOfRun(from: start, in: end, while: isOther)
      return endOfRun(from: otherEnd, in: end, while: isNewline)
    }
    return lineEnd(at: position, in: end) ?? whiteSpaceEnd(at: position, in: end)
  }

  /// `[^\s\p{L}\p{N}]`.
  func isOther(_ position: Int) -> Bool {
    let scalarClass = classes[position]
    return !(scalarClass.isWhiteSpace || scalarClass.isLetter || scalarClass.isNumber)
  }

  /// `\s*[\r\n]+`: up to the last line break of a run of white space.
  func lineEnd(at position: Int, in end: Int) -> Int? {
    let runEnd = endOfRun(from: position, in: end) { classes[$0].isWhiteSpace }
    return (position..<runEnd).last(where: isNewline).map { $0 + 1 }
  }

  /// `\s+(?!\S)|\s+`: a run of white space, without its last scalar when a word follows.
  /// - Precondition: white space stands at `position`.
  func whiteSpaceEnd(at position: Int, in end: Int) -> Int {
    let runEnd = endOfRun(from: position, in: end) { classes[$0].isWhiteSpace }
    return runEnd == end || runEnd == position + 1 ? runEnd : runEnd - 1
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`, in any case on request; U+017F is an s then.
  func contractionEnd(at position: Int, in end: Int, ignoringCase: Bool) -> Int? {
    guard scalars[position] == 0x27, position + 1 < end else { return nil }
    func letter(_ offset: Int) -> UInt32 {
      guard position + offset < end else { return 0 }
      let scalar = scalars[position + offset]
      guard ignoringCase else { return scalar }
      if scalar == 0x17F { return 0x73 }
      return scalar >= 0x41 && scalar <= 0x5A ? scalar + 0x20 : scalar
    }
    switch (letter(1), letter(2)) {
    case (0x73, _), (0x74, _), (0x6D, _), (0x64, _): return position + 2  // s, t, m, d
    case (0x72, 0x65), (0x76, 0x65), (0x6C, 0x6C): return position + 3  // re, ve, ll
    default: return nil
    }
  }
}
