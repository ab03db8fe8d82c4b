/// Finds added tokens in text: the leftmost match, and the longest of those that start there.
struct AddedTokenMatcher: Sendable {
  /// A stretch of text, or a token found in it.
  enum Segment: Equatable {
    case text(ArraySlice<UInt8>)
    case token(UInt32)
  }

  /// A trie over bytes: `node << 8 | byte` to the next node. Node 0 is the root.
  private var edges: [UInt64: UInt32] = [:]
  /// Index into `tokens` of the token that ends at a node.
  private var tokenAtNode: [Int?] = [nil]
  private var startsToken = [Bool](repeating: false, count: 256)
  private var tokens: [AddedToken] = []

  var isEmpty: Bool { tokens.isEmpty }

  /// Adds a token to look for; of two with the same bytes the first wins.
  mutating func insert(_ token: AddedToken, content: [UInt8]) {
    guard let first = content.first else { return }
    startsToken[Int(first)] = true
    var node: UInt32 = 0
    for byte in content {
      let edge = UInt64(node) << 8 | UInt64(byte)
      if let next = edges[edge] {
        node = next
      } else {
        let next = UInt32(tokenAtNode.count)
        tokenAtNode.append(nil)
        edges[edge] = next
        node = next
      }
    }
    guard tokenAtNode[Int(node)] == nil else { return }
    tokenAtNode[Int(node)] = tokens.count
    tokens.append(token)
  }

  /// Cuts text at added tokens.
  /// - Parameter includesSpecial: whether special tokens are recognised.
  /// - Complexity: O(bytes · longest token).
  func segments(of text: ArraySlice<UInt8>, includesSpecial: Bool) -> [Segment] {
    guard !isEmpty else { return text.isEmpty ? [] : [.text(text)] }
    var segments: [Segment] = []
    var (position, textStart) = (text.startIndex, text.startIndex)
    while position < text.endIndex {
      guard let (token, matchEnd) = longestMatch(at: position, in: text, includesSpecial: includesSpecial) else {
        position += 1
        continue
      }
      var before = text[textStart..<position]
      if token.stripsLeft { before = Self.droppingTrailingWhiteSpace(before) }
      if !before.isEmpty { segments.append(.text(before)) }
      segments.append(.token(token.id))
      position = token.stripsRight ? Self.endOfWhiteSpace(in: text, from: matchEnd) : matchEnd
      textStart = position
    }
    if textStart < text.endIndex { segments.append(.text(text[textStart...])) }
    return segments
  }

  private func longestMatch(
    at start: Int, in text: ArraySlice<UInt8>, includesSpecial: Bool
  ) -> (token: AddedToken, end: Int)? {
    guard startsToken[Int(text[start])] else { return nil }
    var node: UInt32 = 0
    var best: (AddedToken, Int)?
    for position in start..<text.endIndex {
      guard let next = edges[UInt64(node) << 8 | UInt64(text[position])] else { break }
      node = next
      if let index = tokenAtNode[Int(node)], includesSpecial || !tokens[index].isSpecial {
        best = (tokens[index], position + 1)
      }
    }
    return best
  }

  private static func endOfWhiteSpace(in text: ArraySlice<UInt8>, from start: Int) -> Int {
    var position = start
    while position < text.endIndex, case .complete(let scalar, let length) = UTF8Text.sequence(at: position, in: text),
      UnicodeTables.shared.scalarClass(of: scalar).isWhiteSpace
    {
      position += length
    }
    return position
  }

  private static func droppingTrailingWhiteSpace(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var end = text.endIndex
    while end > text.startIndex {
      var start = end - 1
      while start > text.startIndex, text[start] & 0xC0 == 0x80 { start -= 1 }
      guard case .complete(let scalar, _) = UTF8Text.sequence(at: start, in: text),
        UnicodeTables.shared.scalarClass(of: scalar).isWhiteSpace
      else { break }
      end = start
    }
    return text[..<end]
  }
}
