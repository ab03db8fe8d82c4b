import Hashing

/// What the reader of a bundle knows from elsewhere; each member that is set is compared.
///
/// A sound bundle of another job passes every other check: only somebody who knows which job was asked for can see
/// that it is replayed.
public struct ExpectedJob: Equatable, Sendable {
  public var network: Digest?
  public var requestID: RequestID?
  public var clientNonce: Digest?
  public var provider: Digest?
  public var programRoot: Digest?
  public var form: RequestForm?
  public var requestBody: [UInt8]?
  public var blinds: Blinds?
  /// The secret that the requester committed to.
  public var seedSecret: Digest?
  public var prices: Prices?
  /// The prompt's ids, where the reader has rendered and tokenised the request itself.
  public var prompt: [UInt32]?
  /// The parameters, where the reader has parsed the request itself.
  public var sampling: StatedSampling?
  /// The text that the reader was shown.
  public var text: [UInt8]?
  /// The channel that pays; zero for none.
  public var channel: Digest?
  /// The most that the channel owed the provider before this answer: what the payer has acknowledged. The receipt may
  /// state that and this answer's amount, no more.
  public var channelOwedBefore: UInt64?
  /// The contributions' root that the provider has anchored for the accept's epoch.
  public var contributionsRoot: Digest?
  /// What the ledger says of the batch that the receipt is anchored in.
  public var anchor: AnchoredBatch?

  public init() {}

  /// The name of the first member that the bundle contradicts.
  func contradiction(in bundle: Bundle) -> String? {
    let receipt = bundle.receipt.body
    func differs<Value: Equatable>(_ expected: Value?, _ stated: Value) -> Bool {
      expected.map { $0 != stated } ?? false
    }
    if differs(network, receipt.network) { return "network" }
    if differs(requestID, receipt.requestID) { return "request id" }
    if differs(clientNonce, receipt.clientNonce) { return "client nonce" }
    if differs(provider, receipt.provider) { return "provider" }
    if differs(programRoot, receipt.programRoot) { return "program" }
    if differs(form, receipt.form) { return "endpoint" }
    if differs(requestBody, bundle.requestBody) { return "request" }
    if differs(blinds, bundle.blinds) { return "blind" }
    if differs(seedSecret, receipt.seed.material) { return "seed" }
    if differs(prices, receipt.payment.prices) { return "price" }
    if differs(prompt, bundle.prompt) { return "prompt" }
    if differs(sampling, receipt.sampling) { return "sampling parameters" }
    if differs(text, bundle.text) { return "text" }
    if differs(channel, receipt.channel) { return "channel" }
    if let before = channelOwedBefore, !receipt.owesAtMost(before) { return "channel's debt" }
    if differs(contributionsRoot, bundle.accept.body.contribution.root) { return "contributions' root" }
    return anchor != nil && bundle.inclusion == nil ? "inclusion" : nil
  }
}

extension Receipt {
  /// Whether the channel's stated debt is at most an earlier one and this answer's amount.
  func owesAtMost(_ before: UInt64) -> Bool {
    channelOwed <= before || channelOwed - before <= amountOwed
  }
}
