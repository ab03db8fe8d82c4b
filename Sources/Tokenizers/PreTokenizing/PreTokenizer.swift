/// How text is cut into words before merging, each a hand-written scanner for one published rule.
package enum PreTokenizer: UInt8, Sendable, CaseIterable {
  /// The whole segment is one word.
  case none = 0
  /// GPT-2's expression.
  case gpt2 = 1
  /// Llama 3's expression: contractions in any case, numbers in threes.
  case llama3 = 2
  /// As Llama 3, but digit by digit.
  case qwen2 = 3
  /// DeepSeek LLM's five expressions, then digit by digit.
  case deepSeekLLM = 4
  /// Digit by digit, then GPT-2's expression (StarCoder, SmolLM).
  case starCoder = 5
  /// Before every space (SentencePiece vocabularies in tokenizer.json).
  case metaspace = 6
  /// DeepSeek V3's three expressions.
  case deepSeekV3 = 7
  /// BERT's: at white space, and around every punctuation scalar and CJK ideograph.
  case bert = 8

  /// White space only separates words, and is left out.
  var dropsWhiteSpace: Bool { self == .bert }

  /// The ends of the words, ascending; the last is `scalars.count`. Empty for an empty text.
  /// - Complexity: O(scalars).
  func wordEnds(in scalars: [UInt32], tables: UnicodeTables = .shared) -> [Int] {
    guard !scalars.isEmpty else { return [] }
    let text = ScannedText(scalars: scalars, classes: scalars.map { tables.scalarClass(of: $0) })
    let whole = [scalars.count]
    switch self {
    case .none: return whole
    case .gpt2: return text.cut(whole, by: ScannedText.gpt2WordEnd)
    case .llama3: return text.cut(whole) { $0.llama3WordEnd(at: $1, in: $2, longestNumber: 3) }
    case .qwen2: return text.cut(whole) { $0.llama3WordEnd(at: $1, in: $2, longestNumber: 1) }
    case .deepSeekLLM: return text.deepSeekLLMWordEnds()
    case .starCoder: return text.cut(text.isolate(whole, ScannedText.digitEnd), by: ScannedText.gpt2WordEnd)
    case .metaspace: return text.metaspaceWordEnds()
    case .deepSeekV3: return text.deepSeekV3WordEnds()
    case .bert: return text.cut(whole) { $0.bertWordEnd(at: $1, in: $2) }
    }
  }
}

/// Scalars with their classes, and the steps that scanners are made of.
struct ScannedText {
  let scalars: [UInt32]
  let classes: [ScalarClass]

  /// Cuts every segment completely: `wordEnd` gives the end, beyond the start, of the word that starts there.
  /// - Parameter segmentEnds: ascending ends of the segments so far.
  func cut(_ segmentEnds: [Int], by wordEnd: (ScannedText, Int, Int) -> Int) -> [Int] {
    var ends: [Int] = []
    var position = 0
    for segmentEnd in segmentEnds {
      while position < segmentEnd {
        position = wordEnd(self, position, segmentEnd)
        ends.append(position)
      }
    }
    return ends
  }

  /// Makes every match a word of its own, and every stretch between matches one.
  /// - Parameter matchEnd: the end of the match that starts at a position, or `nil`; never empty.
  func isolate(_ segmentEnds: [Int], _ matchEnd: (ScannedText, Int, Int) -> Int?) -> [Int] {
    var ends: [Int] = []
    var position = 0
    for segmentEnd in segmentEnds {
      var isAfterMatch = true
      while position < segmentEnd {
        if let end = matchEnd(self, position, segmentEnd) {
          if !isAfterMatch { ends.append(position) }
          ends.append(end)
          position = end
          isAfterMatch = true
        } else {
          position += 1
          isAfterMatch = false
        }
      }
      if !isAfterMatch { ends.append(segmentEnd) }
    }
    return ends
  }

  /// The first position from `start` whose class or scalar fails the test, at most `end`.
  func endOfRun(from start: Int, in end: Int, while condition: (Int) -> Bool) -> Int {
    var position = start
    while position < end, condition(position) { position += 1 }
    return position
  }

  func isNewline(_ position: Int) -> Bool { scalars[position] == 0x0A || scalars[position] == 0x0D }

  /// `\p{N}`, one scalar.
  func digitEnd(at position: Int, in end: Int) -> Int? { classes[position].isNumber ? position + 1 : nil }

  /// A word starts at every space, escaped or not.
  func metaspaceWordEnds() -> [Int] {
    let starts = scalars.indices.dropFirst().filter { scalars[$0] == 0x2581 || scalars[$0] == 0x20 }
    return starts + [scalars.count]
  }
}

extension ScannedText {
  // Uncurried forms, for passing as scanners.
  static func gpt2WordEnd(_ text: ScannedText, at position: Int, in end: Int) -> Int {
    text.gpt2WordEnd(at: position, in: end)
  }

  static func digitEnd(_ text: ScannedText, at position: Int, in end: Int) -> Int? {
    text.digitEnd(at: position, in: end)
  }
}
