import Tokenizers

/// Why an answer ended; raw values are those of the receipt.
package enum AnswerFinish: UInt8, Sendable {
  /// A token that ends answers in this program.
  case stopToken = 1
  /// A text that the request named.
  case stopString = 2
  /// The request's limit on tokens.
  case lengthLimit = 3
  /// The end of the context.
  case contextFull = 4
  /// The connection or the provider went away.
  case aborted = 5
}

/// Turns an answer's tokens into its text and says when it ends: a function of the tokens alone, so that an auditor
/// gets the same text from the same tokens.
///
/// Text is given out only when no later token can take it back: bytes that may begin a stop string wait.
package struct AnswerText: Sendable {
  private let stopTokens: Set<UInt32>
  private let stopStrings: [[UInt8]]
  private let limit: Int
  private let isLimitContext: Bool
  private var decoder: TokenStreamDecoder?
  private var held: [UInt8] = []
  /// Tokens taken.
  package private(set) var count = 0
  /// The text given out, UTF-8.
  package private(set) var text: [UInt8] = []
  /// Why the answer ended, once it has.
  package private(set) var end: AnswerFinish?

  /// - Parameters:
  ///   - stopTokens: the program's.
  ///   - stopStrings: the request's, not empty each.
  ///   - limit: the most tokens, at least 1.
  ///   - isLimitContext: whether that limit is the context's and not the request's.
  package init(
    tokenizer: Tokenizer?, stopTokens: [UInt32], stopStrings: [[UInt8]], limit: Int, isLimitContext: Bool
  ) {
    precondition(limit >= 1)
    self.stopTokens = Set(stopTokens)
    self.stopStrings = stopStrings.filter { !$0.isEmpty }
    self.limit = limit
    self.isLimitContext = isLimitContext
    decoder = tokenizer.map { TokenStreamDecoder($0, skipSpecial: true) }
  }

  /// Takes the next token and returns the text that is now certain.
  /// - Precondition: the answer has not ended.
  package mutating func append(_ token: UInt32) -> [UInt8] {
    precondition(end == nil, "an answer that ended takes no more tokens")
    count += 1
    if stopTokens.contains(token) { return finish(.stopToken) }
    held += decoder?.append(token) ?? []
    if let start = firstStop() {
      held.removeLast(held.count - start)
      end = .stopString
      return release(held.count)
    }
    if count == limit { return finish(isLimitContext ? .contextFull : .lengthLimit) }
    return release(held.count - uncertainCount())
  }

  /// Ends an answer that is cut short, and returns the rest of its text.
  package mutating func abort() -> [UInt8] {
    end == nil ? finish(.aborted) : []
  }

  private mutating func finish(_ reason: AnswerFinish) -> [UInt8] {
    end = reason
    held += decoder?.finish() ?? []
    return release(held.count)
  }

  private mutating func release(_ count: Int) -> [UInt8] {
    let released = Array(held.prefix(count))
    held.removeFirst(count)
    text += released
    return released
  }

  /// Where the first stop string begins in the held text.
  private func firstStop() -> Int? {
    guard !stopStrings.isEmpty else { return nil }
    return held.indices.first { start in stopStrings.contains { held[start...].starts(with: $0) } }
  }

  /// How many of the last held bytes could be the beginning of a stop string.
  private func uncertainCount() -> Int {
    let longest = (stopStrings.map(\.count).max() ?? 0) - 1
    for count in stride(from: min(longest, held.count), to: 0, by: -1) {
      let tail = held.suffix(count)
      if stopStrings.contains(where: { $0.count > count && $0.starts(with: tail) }) { return count }
    }
    return 0
  }
}
