import Audit
import Dialects
import Hashing
import Receipts

/// A job whose body fits its accept: everything that is known before the first token.
package struct OpenedJob: Sendable {
  package var accept: SignedAccept
  package var blinds: Blinds
  package var seed: SeedStatement
  /// The provider's part of a joint seed.
  package var joint: JointOpening?
  package var body: [UInt8]
  package var request: InferenceRequest
  package var prompt: [UInt32]

  /// What the sampler draws from.
  package var samplerSeed: Digest { seed.seed(requestBody: body, contribution: joint?.contribution ?? .zero) }

  /// Whose cached prefixes its answer may begin with: those of the same payer under the same `prompt_cache_key`, which is
  /// a secret. A request that names none, or one that could be guessed, shares nothing: one payer may stand for many
  /// users, and a bundle shows whom a prefix comes from.
  var cacheKey: [UInt8]? {
    guard let key = request.promptCacheKey, key.utf8.count >= 16 else { return nil }
    let payment = accept.body.payment
    return [payment.payerKind.rawValue] + payment.payer.bytes + Array(key.utf8)
  }
}

/// Follows one answer from its first token to its receipt: a pure value, tokens and times in, statements out.
package struct JobRecord: Sendable {
  package let job: OpenedJob
  private let program: EngineProgram
  private var chain: TokenChain
  private var firstTokenAt: UInt64?

  package init(_ job: OpenedJob, program: EngineProgram) {
    self.job = job
    self.program = program
    chain = TokenChain(job.blinds)
  }

  /// Answer tokens so far.
  package var count: Int { chain.count }

  /// Takes a step.
  /// - Returns: the checkpoint to sign, after every sixteenth token.
  package mutating func receive(_ step: EngineStep, now: UInt64) -> Checkpoint? {
    chain.append(step.token)
    firstTokenAt = firstTokenAt ?? now
    guard let root = step.traceRoot else { return nil }
    let answerCount = UInt32(clamping: chain.count)
    guard let owed = amount(answerCount) else { return nil }
    return Checkpoint(
      requestID: job.accept.body.requestID, acceptHash: job.accept.hash, providerKey: job.accept.body.providerKey,
      answerCount: answerCount, positions: UInt32(clamping: job.prompt.count + chain.count - 1), chain: chain.end,
      traceRoot: root, amountOwed: owed, time: max(now, job.accept.body.acceptedAt))
  }

  /// The receipt to sign for a whole or partial answer.
  /// - Throws: `JobError.amount` when the owed amount does not fit.
  package func receipt(for answer: EngineAnswer, now: UInt64) throws(JobError) -> Receipt {
    let count = UInt32(clamping: answer.tokens.count)
    guard let owed = amount(count) else { throw .amount }
    let accepted = job.accept.body.acceptedAt
    let first = max(firstTokenAt ?? now, accepted)
    return Receipt(
      for: job.accept, arithmeticVersion: program.arithmeticVersion,
      promptCommitment: job.blinds.commitment(toPrompt: job.prompt), promptCount: UInt32(clamping: job.prompt.count),
      prefix: answer.prefix?.statement ?? .none, sampling: StatedSampling(stating: job.request.sampling),
      seed: job.seed,
      answer: AnswerStatement(
        chainEnd: TokenChain(job.blinds, over: answer.tokens).end, count: count, finishReason: answer.finish,
        isPartial: answer.finish == .aborted, textCommitment: job.blinds.commitment(toText: answer.text),
        textByteCount: UInt64(answer.text.count)),
      trace: answer.trace, amountOwed: owed,
      times: ReceiptTimes(accepted: accepted, firstToken: first, finished: max(now, first)))
  }

  private func amount(_ answerCount: UInt32) -> UInt64? {
    job.accept.body.payment.prices.amount(
      promptTokens: UInt32(clamping: job.prompt.count), answerTokens: answerCount)
  }
}

/// Why no receipt can be made.
package enum JobError: Error, Equatable, Sendable, CustomStringConvertible {
  case amount

  package var description: String { "the amount owed does not fit in 64 bits; lower the price" }
}
