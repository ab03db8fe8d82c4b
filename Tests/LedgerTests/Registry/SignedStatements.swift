import Hashing
import Receipts
import Testing

@testable import Ledger

/// What a test's receipt or accept differs in.
struct Answer {
  var drawn: UInt64 = 1
  var name = "owner"
  /// Who signs, where it is not the provider's own key.
  var signer: String?
  var network: Digest?
  var channel: Digest?
  var program = InferenceChain.program
  var amount: UInt64 = 1_000
  var seedKind = SeedKind.joint
  /// By default the chain's time.
  var accepted: UInt64?
  /// After the accept.
  var duration: UInt64 = 0
  /// After the accept.
  var life: UInt64 = 86_400_000
  var isPartial = false

  /// The secret behind the joint seed.
  var secret: Digest { taggedHash("razao/test/secret/1", drawn.keyBytes) }
  var seed: SeedStatement { seedKind == .joint ? .joint(revealing: secret) : .explicit(7) }
}

extension InferenceChain {
  func accept(_ answer: Answer = Answer()) throws -> SignedAccept {
    let time = answer.accepted ?? now
    let own = answer.name + "-provider"
    return try TestChain.key(answer.signer ?? own).sign(
      Accept(
        network: answer.network ?? chain.machine.chain,
        requestID: #require(RequestID([UInt8](repeating: 0, count: 8) + answer.drawn.keyBytes)), clientNonce: .zero,
        providerKey: TestChain.key(own).publicKey, programRoot: answer.program, form: .chat,
        requestCommitment: .zero, requestByteCount: 2, seedKind: answer.seedKind,
        seedCommitment: answer.seed.commitment,
        payment: Payment(payerKind: .direct, payer: id("payer"), prices: Prices(prompt: 1, answer: 1)),
        acceptedAt: time, expiry: time + answer.life, channel: answer.channel ?? channel,
        contribution: answer.seedKind == .joint ? ContributionSlot(epoch: 1, slot: 0, root: .zero) : .none))
  }

  func receipt(_ answer: Answer = Answer(), accept: SignedAccept? = nil) throws -> SignedReceipt {
    let accept = try accept ?? self.accept(answer)
    let start = accept.body.acceptedAt
    let receipt = Receipt(
      for: accept, arithmeticVersion: 1, promptCommitment: .zero, promptCount: 1, sampling: StatedSampling(),
      seed: answer.seed,
      answer: AnswerStatement(
        chainEnd: .zero, count: 1, finishReason: answer.isPartial ? .aborted : .stopToken,
        isPartial: answer.isPartial, textCommitment: .zero, textByteCount: 1),
      trace: TraceStatement(root: .zero, positions: 1, layers: 1), amountOwed: answer.amount,
      channelOwed: answer.amount,
      times: ReceiptTimes(
        accepted: start, firstToken: start + answer.duration, finished: start + answer.duration))
    return try TestChain.key(answer.signer ?? answer.name + "-provider").sign(receipt)
  }

  /// The message that anchors receipts, with the latest of their expiries where no other is stated.
  func anchor(
    _ receipts: [SignedReceipt], batch: UInt64 = 1, of name: String = "owner", expiry: UInt64? = nil
  ) throws -> AnchorReceipts {
    let tree = try #require(ReceiptBatch(receipts: receipts.map(\.hash)))
    return AnchorReceipts(
      provider: try provider(of: name), batch: batch, root: tree.root, count: tree.count,
      latestExpiry: expiry ?? receipts.map(\.body.expiry).max() ?? 0,
      totalMicrocredits: receipts.reduce(0) { $0 + $1.body.amountOwed })
  }

  func path(_ index: UInt32, of receipts: [SignedReceipt]) throws -> [Digest] {
    try #require(ReceiptBatch(receipts: receipts.map(\.hash))?.path(to: index))
  }
}
