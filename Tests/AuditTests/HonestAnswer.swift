import Answering
import Audit
import Dialects
import Hashing
import Program
import ProgramTestSupport
import Receipts
import Runtime
import Testing

/// A small program over the byte vocabulary, and bundles of its answers, made as a provider makes them.
struct HonestAnswer {
  var body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":20,"seed":7}"#
  var providerSeed: UInt8 = 1
  var keepsCells = true
  /// Where a joint seed's contribution comes from, and the slot that the sampler draws with; the accept names 7.
  var contributions: ContributionTree?
  var drawnSlot: UInt32 = 7

  static let recipe: ProgramRecipe = {
    var recipe = ProgramRecipe(seed: 11)
    recipe.vocabularyCount = ByteVocabulary.count
    recipe.contextLength = 128
    recipe.stopTokens = [ByteVocabulary.stopToken]
    recipe.tokenizer = (try? ByteVocabulary.tokenizer().encoded()) ?? []
    recipe.template = Array(ByteVocabulary.template.utf8)
    recipe.sources = Array(#"{"name":"m"}"#.utf8)
    return recipe
  }()

  static func program() throws -> LoadedProgram {
    try LoadedProgram(checking: RandomProgram(recipe).program())
  }

  /// The bundle of the answer that `running` gives, stated for `claimed`.
  func bundle(running: LoadedProgram, claimed: Digest? = nil, change: (inout Statement) -> Void = { _ in }) throws
    -> Bundle
  {
    let prompts = try PromptBuilder(running.program)
    let graph = try running.program.graph
    let request = try InferenceRequest(endpoint: .chat, body: Array(body.utf8))
    let prompt = try prompts.prompt(for: request)
    guard let key = SigningKey(seed: [UInt8](repeating: providerSeed, count: 32)) else { throw NoKey() }
    let blinds = Blinds(master: SHA256.hash([9]))
    let seed =
      try contributions == nil
      ? SeedStatement.explicit(#require(request.seed)) : .joint(revealing: SHA256.hash([4]))
    let drawn = contributions?.opening(of: drawnSlot)?.contribution ?? .zero
    let limit = prompts.answerLimit(promptCount: prompt.count, request: request)
    var generation = try Generation(
      GenerationRequest(
        prompt: prompt, parameters: SamplerParameters(request.sampling),
        seed: seed.seed(requestBody: Array(body.utf8), contribution: drawn),
        maximumTokens: limit),
      model: try Model(running),
      trace: TraceBuilder.Options(salt: blinds.traceSalt(provider: key.publicKey.provider), keepsCells: keepsCells))
    var text = AnswerText(
      tokenizer: prompts.tokenizer, stopTokens: graph.stopTokens, stopStrings: request.sampling.stop,
      limit: limit, isLimitContext: request.maxTokens == nil)
    var tokens: [UInt32] = []
    var root = Digest.zero
    while text.end == nil, let step = try generation.next() {
      tokens.append(step.token)
      root = step.traceRoot
      _ = text.append(step.token)
    }
    var statement = Statement(
      body: Array(body.utf8), prompt: prompt, tokens: tokens, trace: root,
      cells: keepsCells ? generation.sequence.trace?.cells : nil, program: claimed ?? running.program.root,
      layers: graph.layers.count, seed: seed, sampling: StatedSampling(stating: request.sampling),
      shownText: text.text, finish: try #require(text.end.flatMap { FinishReason(rawValue: $0.rawValue) }),
      contributions: contributions)
    change(&statement)
    return try statement.bundle(key: key, blinds: blinds)
  }
}

private struct NoKey: Error {}

/// Everything that a provider states of one answer, and the signatures over it.
struct Statement {
  var body: [UInt8]
  var prompt: [UInt32]
  var tokens: [UInt32]
  var trace: Digest
  var cells: [Digest]?
  var program: Digest
  var layers: Int
  var seed: SeedStatement
  var sampling: StatedSampling
  /// The text that is stated; the tokens' own unless a test lies.
  var shownText: [UInt8]
  var finish: FinishReason
  var contributions: ContributionTree?

  /// Makes text and end those of the tokens again, or of a given end, after a test changed the tokens.
  mutating func retell(as end: FinishReason? = nil) {
    guard let tokenizer = try? ByteVocabulary.tokenizer() else { return }
    var retold = AnswerText(
      tokenizer: tokenizer, stopTokens: [ByteVocabulary.stopToken], stopStrings: [], limit: 1 << 20,
      isLimitContext: false)
    for token in tokens where retold.end == nil { _ = retold.append(token) }
    _ = retold.abort()
    shownText = retold.text
    finish = end ?? finish
  }

  func bundle(key: borrowing SigningKey, blinds: Blinds) throws -> Bundle {
    let payment = Payment(payerKind: .direct, payer: .zero, prices: Prices(prompt: 1_000_000, answer: 2_000_000))
    let accept = Accept(
      network: SHA256.hash([1]), requestID: try #require(RequestID(hex: String(repeating: "5a", count: 16))),
      clientNonce: .zero, providerKey: key.publicKey,
      programRoot: program, form: .chat, requestCommitment: blinds.commitment(toRequest: body),
      requestByteCount: UInt64(body.count), seedKind: seed.kind, seedCommitment: seed.commitment, payment: payment,
      acceptedAt: 1_000, expiry: 1_000_000,
      contribution: contributions?.slot(7) ?? .none)
    let signedAccept = try key.sign(accept)
    let receipt = Receipt(
      for: signedAccept, arithmeticVersion: 1, promptCommitment: blinds.commitment(toPrompt: prompt),
      promptCount: UInt32(prompt.count),
      sampling: sampling, seed: seed,
      answer: AnswerStatement(
        chainEnd: Receipts.TokenChain(blinds, over: tokens).end, count: UInt32(tokens.count), finishReason: finish,
        isPartial: finish == .aborted, textCommitment: blinds.commitment(toText: shownText),
        textByteCount: UInt64(shownText.count)),
      trace: TraceStatement(root: trace, positions: UInt32(prompt.count + tokens.count - 1), layers: UInt32(layers)),
      amountOwed: UInt64(prompt.count + 2 * tokens.count),
      times: ReceiptTimes(accepted: 1_000, firstToken: 1_001, finished: 1_002))
    return Bundle(
      receipt: try key.sign(receipt), accept: signedAccept, blinds: blinds, requestBody: body, prompt: prompt,
      answer: tokens, text: shownText, trace: cells, certificate: nil,
      joint: contributions?.opening(of: 7))
  }
}
