import Hashing

/// The checks of what the commitments, the chain and the trace root open to.
extension BundleVerifier {
  func checkRequest() throws(Refutation) -> Outcome? {
    let body = bundle.requestBody
    guard UInt64(body.count) == receipt.requestByteCount else {
      throw .requestByteCount(stated: receipt.requestByteCount, actual: body.count)
    }
    guard bundle.blinds.commitment(toRequest: body) == receipt.requestCommitment else { throw .requestCommitment }
    return Outcome(detail: "\(body.count) bytes")
  }

  func checkPrompt() throws(Refutation) -> Outcome? {
    guard bundle.prompt.count == Int(receipt.promptCount), receipt.promptCount > 0 else {
      throw .promptCount(stated: receipt.promptCount, actual: bundle.prompt.count)
    }
    guard bundle.blinds.commitment(toPrompt: bundle.prompt) == receipt.promptCommitment else {
      throw .promptCommitment
    }
    guard accept.promptCommitment == .zero || accept.promptCommitment == receipt.promptCommitment else {
      throw .promptReplaced
    }
    let origin = accept.promptCommitment == .zero ? "the provider's" : "named by the requester before the accept"
    return Outcome(detail: "\(bundle.prompt.count) tokens, \(origin)")
  }

  func checkChain() throws(Refutation) -> Outcome? {
    guard bundle.answer.count == Int(receipt.answer.count) else {
      throw .answerCount(stated: receipt.answer.count, actual: bundle.answer.count)
    }
    guard TokenChain(bundle.blinds, over: bundle.answer).end == receipt.answer.chainEnd else { throw .chain }
    return Outcome(detail: "\(bundle.answer.count) tokens")
  }

  func checkText() throws(Refutation) -> Outcome? {
    guard UInt64(bundle.text.count) == receipt.answer.textByteCount else {
      throw .textByteCount(stated: receipt.answer.textByteCount, actual: bundle.text.count)
    }
    guard bundle.blinds.commitment(toText: bundle.text) == receipt.answer.textCommitment else {
      throw .textCommitment
    }
    return Outcome(detail: "\(bundle.text.count) bytes")
  }

  func checkTrace() throws(Refutation) -> Outcome? {
    let trace = receipt.trace
    guard let cells = bundle.trace ?? (trace.positions == 0 ? [] : nil) else {
      return Outcome(isCertain: false, detail: "the bundle carries no cell hashes")
    }
    guard let root = TraceHashes.root(of: cells, positions: trace.positions, layers: trace.layers) else {
      throw .traceCount(stated: UInt64(trace.positions) * UInt64(trace.layers), actual: cells.count)
    }
    guard root == trace.root else { throw .traceRoot(stated: trace.root, computed: root) }
    return Outcome(detail: "\(cells.count) cells under the root")
  }

  /// The grid's size, which follows from the counts.
  private var expectedPositions: Int {
    switch receipt.form {
    case .chat, .completions: Int(receipt.promptCount) + Int(receipt.answer.count) - 1 - Int(receipt.prefix.length)
    case .embeddings: Int(receipt.promptCount)
    case .images, .sequences: 1
    }
  }

  func checkPositions() throws(Refutation) -> Outcome? {
    let computed = expectedPositions
    guard Int(receipt.trace.positions) == computed else {
      throw .positions(stated: receipt.trace.positions, computed: computed)
    }
    guard (1...1024).contains(receipt.trace.layers) else { throw .layers(receipt.trace.layers) }
    return Outcome(detail: "\(computed) positions, \(receipt.trace.layers) layers")
  }

  /// Without a cached prefix there is nothing to say.
  func checkPrefix() throws(Refutation) -> Outcome? {
    let prefix = receipt.prefix
    guard (prefix.length == 0) == (prefix.commitment == .zero) else { throw .prefix(.root) }
    guard (prefix.length == 0) == (bundle.prefixOrigin == nil) else { throw .prefix(.origin) }
    guard let origin = bundle.prefixOrigin else { return nil }
    guard receipt.form.generates else { throw .prefix(.form) }
    guard prefix.length < receipt.promptCount else { throw .prefix(.length) }
    guard origin.opens(prefix) else { throw .prefix(.commitment) }
    let first = origin.receipt.body
    guard origin.receipt.isSigned, first.providerKey == receipt.providerKey, first.provider == receipt.provider,
      first.programRoot == receipt.programRoot, first.network == receipt.network,
      first.arithmeticVersion == receipt.arithmeticVersion, first.trace.layers == receipt.trace.layers,
      first.payment.payerKind == receipt.payment.payerKind, first.payment.payer == receipt.payment.payer
    else { throw .prefix(.payer) }
    guard first.requestID != receipt.requestID, first.times.finished <= receipt.times.firstToken else {
      throw .prefix(.order)
    }
    guard first.form.generates, first.prefix == .none, prefix.length <= first.trace.positions,
      Int(first.trace.positions) == Int(first.promptCount) + Int(first.answer.count) - 1,
      origin.contains(length: prefix.length)
    else { throw .prefix(.grid) }
    return Outcome(detail: "\(prefix.length) positions under the trace root of receipt \(first.requestID)")
  }

  func checkSampling() throws(Refutation) -> Outcome? {
    guard receipt.arithmeticVersion == 1 else { throw .arithmeticVersion(receipt.arithmeticVersion) }
    if let field = receipt.sampling.outOfRange { throw .samplingRange(field: field) }
    guard receipt.form.generates || receipt.sampling == StatedSampling() else {
      throw .samplingRange(field: "sampling of an answer that is not sampled")
    }
    return Outcome(detail: "parameters in their ranges")
  }

  func checkFinish() throws(Refutation) -> Outcome? {
    let (reason, count, limit) = (receipt.answer.finishReason, receipt.answer.count, receipt.sampling.maxTokens)
    let isConsistent =
      switch reason {
      case .stopToken, .stopString: count >= 1 && (limit == 0 || count <= limit)
      case .lengthLimit: limit > 0 && count == limit
      case .contextFull: count >= 1 && (limit == 0 || count < limit)
      case .aborted: limit == 0 || count < limit
      case .complete: count == 0 && limit == 0
      }
    guard isConsistent, (reason == .complete) != receipt.form.generates else {
      throw .finish(reason, answerCount: count, maxTokens: limit)
    }
    guard receipt.answer.isPartial == (reason == .aborted) else { throw .partial(reason) }
    return Outcome(detail: "\(reason)\(receipt.answer.isPartial ? ", partial: owed up to its last token" : "")")
  }

  /// Nothing in a bundle opens the commitment, or the provider could; that it is the accept's is checked there.
  func checkConsent() throws(Refutation) -> Outcome? {
    if receipt.consentCommitment == .zero { return nil }
    return Outcome(isCertain: false, detail: "opened by its user")
  }
}
