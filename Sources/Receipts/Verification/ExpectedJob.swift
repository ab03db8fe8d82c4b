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
    return differs(text, bundle.text) ? "text" : nil
  }
}
