import Hashing
import Program

/// An answer recomputed from its prompt in one pass, and compared token by token (an audit of level 1).
package struct Rerun: Sendable {
  /// Index of the first answer token that the program would not have chosen; `nil` when all agree.
  package let firstMismatch: Int?
  /// What the program chooses there.
  package let expectedToken: UInt32?
  /// Root over the positions of prompt and answer but the last.
  package let traceRoot: Digest
  /// Root of each position's cells.
  package let tokenRoots: [Digest]
  /// Cell hashes, position-major then layer; empty unless they were asked for.
  package let cells: [Digest]

  /// Recomputes an answer.
  /// - Parameters:
  ///   - request: as it was generated from; the answer's length and end are not judged here.
  ///   - answer: the tokens that were returned.
  /// - Throws: `RuntimeError` when prompt and answer do not fit the program.
  /// - Complexity: one prefill of prompt and answer.
  package init(
    _ request: GenerationRequest, answer: [UInt32], model: Model, trace: TraceBuilder.Options,
    parallel: Parallel = Parallel(), blockSize: Int = 32
  ) throws(RuntimeError) {
    var sampler = try Sampler(checking: request, model: model)
    if let last = answer.last, last >= model.graph.vocabularyCount {
      throw .unknownToken(last, vocabularyCount: model.graph.vocabularyCount)
    }
    let sequence = TokenSequence(model, parallel: parallel, blockSize: blockSize, trace: trace)
    let fed = Array((request.prompt + answer).dropLast())
    let firstIndex = request.prompt.count - 1
    var mismatch: (index: Int, token: UInt32)?
    try sequence.prefill(fed, logits: .some(firstIndex..<max(firstIndex, fed.count))) { index, logits in
      guard mismatch == nil else { return }
      let token = sampler.next(logits)
      if token != answer[index - firstIndex] { mismatch = (index - firstIndex, token) }
    }
    firstMismatch = mismatch?.index
    expectedToken = mismatch?.token
    traceRoot = sequence.trace?.root ?? .zero
    tokenRoots = sequence.trace?.tokenRoots ?? []
    cells = sequence.trace?.cells ?? []
  }
}
