/// The sampler's parameters as a receipt states them: decimals times 10⁴, integers otherwise.
/// Ranges and meaning: SPEC §3.9.
package struct SamplingParameters: Equatable, Sendable {
  /// 0 (greedy), or 100…1,000,000.
  package var temperature: UInt32 = 10_000
  /// 1…10,000.
  package var topP: UInt32 = 10_000
  /// 0 is off.
  package var topK: UInt32 = 0
  /// 1,000…100,000; 10,000 is off.
  package var repetition: UInt32 = 10_000
  /// −20,000…20,000.
  package var presence: Int32 = 0
  /// −20,000…20,000.
  package var frequency: Int32 = 0
  /// The most answer tokens the request allows, 1…2^20; 0 when it names no limit.
  package var maxTokens: UInt32 = 0
  /// Which of several answers to one request; always 0 in this version.
  package var choice: UInt32 = 0
  /// Additions to single logits, ids ascending and unique.
  package var logitBias: [LogitBias] = []
  /// Texts that end the answer, as UTF-8 bytes, in the request's order.
  package var stop: [[UInt8]] = []

  package init() {}
}

/// An addition to one id's logit: −1,000,000…1,000,000, in units of 10⁻⁴.
package struct LogitBias: Equatable, Sendable {
  package var id: UInt32
  package var value: Int32

  package init(id: UInt32, value: Int32) {
    self.id = id
    self.value = value
  }
}
