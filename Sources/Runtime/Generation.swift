import Hashing
import Program

/// What an answer is generated from, all of which a receipt commits to.
package struct GenerationRequest: Sendable {
  package var prompt: [UInt32]
  package var parameters: SamplerParameters
  package var seed: Digest
  package var choice: UInt32
  /// Most tokens of the answer.
  package var maximumTokens: Int
  /// Tokens that end the answer and belong to it; `nil` for the program's own.
  package var stopTokens: [UInt32]?
  /// h_0 of the token chain is made from it.
  package var chainBlind: Digest

  package init(
    prompt: [UInt32], parameters: SamplerParameters = SamplerParameters(), seed: Digest = .zero, choice: UInt32 = 0,
    maximumTokens: Int, stopTokens: [UInt32]? = nil, chainBlind: Digest = .zero
  ) {
    self.prompt = prompt
    self.parameters = parameters
    self.seed = seed
    self.choice = choice
    self.maximumTokens = maximumTokens
    self.stopTokens = stopTokens
    self.chainBlind = chainBlind
  }
}

/// Why an answer ended with a token.
package enum GenerationEnd: Equatable, Sendable {
  case stopToken
  case lengthLimit
  case contextFull
}

/// One token of an answer, with everything that a checkpoint after it states.
package struct GeneratedToken: Equatable, Sendable {
  package let token: UInt32
  /// Tokens of the answer so far, this one included.
  package let count: Int
  /// h_count of the token chain (SPEC.md, section 7).
  package let chain: Digest
  /// Root over the prompt's and the answer's positions but the last; zero without a trace.
  package let traceRoot: Digest
  /// Set on the last token.
  package let end: GenerationEnd?
}

/// Generates an answer one token at a time; between two tokens a caller may stream, sign, or walk away.
package struct Generation {
  /// The sequence that holds the cache and the trace.
  package let sequence: TokenSequence
  private var answer: Answer
  private var logits: [Int32] = []

  /// - Parameter prefix: what a prefix cache holds of the prompt.
  /// - Throws: `RuntimeError` for an empty or too long prompt, tokens beyond the vocabulary, illegal parameters.
  package init(
    _ request: GenerationRequest, model: Model, trace: TraceBuilder.Options? = nil, after prefix: PrefixHit? = nil,
    parallel: Parallel = Parallel(), blockSize: Int = 64
  ) throws(RuntimeError) {
    answer = try Answer(request, model: model)
    sequence = TokenSequence(model, parallel: parallel, blockSize: blockSize, trace: trace, after: prefix)
  }

  package var request: GenerationRequest { answer.request }

  /// Feeds the next block of the prompt.
  /// - Returns: whether the whole prompt has been fed. `next` feeds what is left; calling this first lets a caller stop
  ///   in the middle of a long prompt.
  package mutating func advancePrompt() throws(RuntimeError) -> Bool {
    let (fed, prompt) = (sequence.count, request.prompt)
    let end = min(fed + sequence.blockSize, prompt.count)
    guard fed < end else { return true }
    let isLast = end == prompt.count
    let rows = try sequence.prefill(Array(prompt[fed..<end]), logits: isLast ? .last : .none)
    if let row = rows.last { logits = row }
    return isLast
  }

  /// The next token of the answer, or `nil` after its end.
  package mutating func next() throws(RuntimeError) -> GeneratedToken? {
    guard request.maximumTokens > 0, !answer.isOver else { return nil }
    if let last = answer.last {
      logits = try sequence.decode(last.token)
    } else {
      while try !advancePrompt() {}
    }
    return answer.choose(logits, after: sequence.state)
  }
}
