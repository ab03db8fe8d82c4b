import Hashing

/// Who owes for an answer.
public enum PayerKind: UInt8, Sendable, CaseIterable {
  case direct = 1
  case gateway = 2
}

/// Prices in millionths of a credit per million tokens.
public struct Prices: Equatable, Sendable {
  public var prompt: UInt64
  public var answer: UInt64

  public init(prompt: UInt64, answer: UInt64) {
    self.prompt = prompt
    self.answer = answer
  }

  /// ⌈(prompt tokens · prompt price + answer tokens · answer price) / 10⁶⌉, in millionths of a credit.
  /// - Returns: `nil` when it does not fit in 64 bits.
  public func amount(promptTokens: UInt32, answerTokens: UInt32) -> UInt64? {
    let total = UInt128(promptTokens) * UInt128(prompt) + UInt128(answerTokens) * UInt128(answer)
    return UInt64(exactly: (total + 999_999) / 1_000_000)
  }
}

/// Who pays, and at which prices.
public struct Payment: Equatable, Sendable {
  public var payerKind: PayerKind
  public var payer: Digest
  public var prices: Prices

  public init(payerKind: PayerKind, payer: Digest, prices: Prices) {
    self.payerKind = payerKind
    self.payer = payer
    self.prices = prices
  }
}
