import Hashing
import Program

/// The choices of an answer under way: its sampler, its token chain, and when it ends.
struct Answer {
  let request: GenerationRequest
  private let stopTokens: [UInt32]
  private let contextLength: Int
  private var sampler: Sampler
  private var chain: TokenChain
  private(set) var last: GeneratedToken?

  /// - Throws: `RuntimeError` for an empty or too long prompt, tokens beyond the vocabulary, illegal parameters, an
  ///   encoder.
  init(_ request: GenerationRequest, model: Model) throws(RuntimeError) {
    self.request = request
    stopTokens = request.stopTokens ?? model.graph.stopTokens
    contextLength = model.graph.contextLength
    sampler = try Sampler(checking: request, model: model)
    chain = TokenChain(blind: request.chainBlind)
  }

  var isOver: Bool { last?.end != nil }

  /// Most positions that the answer's sequence can come to have: the last token is never fed.
  var greatestPositionCount: Int {
    let (sum, overflow) = request.prompt.count.addingReportingOverflow(max(1, request.maximumTokens) - 1)
    return overflow ? contextLength : min(sum, contextLength)
  }

  /// Chooses the next token from the logits after everything so far.
  /// - Parameter sequence: has been fed prompt and answer so far.
  mutating func choose(_ logits: [Int32], after sequence: SequenceState) -> GeneratedToken {
    let token = sampler.next(logits)
    chain.append(token)
    let count = sampler.answerCount
    let step = GeneratedToken(
      token: token, count: count, chain: chain.end, traceRoot: sequence.trace?.root ?? .zero,
      end: end(after: token, count: count, room: contextLength - sequence.count))
    last = step
    return step
  }

  private func end(after token: UInt32, count: Int, room: Int) -> GenerationEnd? {
    if stopTokens.contains(token) { return .stopToken }
    if count >= request.maximumTokens { return .lengthLimit }
    return room == 0 ? .contextFull : nil
  }
}

extension Sampler {
  /// A sampler for a request that has been checked against the model.
  init(checking request: GenerationRequest, model: Model) throws(RuntimeError) {
    let graph = model.graph
    guard !graph.isBidirectional else { throw .notADecoder }
    guard !request.prompt.isEmpty else { throw .emptyPrompt }
    try model.check(request.prompt, after: 0)
    guard request.parameters.isLegal else { throw .illegalSampling }
    self.init(
      request.parameters, seed: request.seed, choice: request.choice, prompt: request.prompt,
      vocabularyCount: graph.vocabularyCount)
  }
}
