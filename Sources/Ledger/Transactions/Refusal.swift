/// A stable number and a sentence for each reason for which a transaction is refused.
///
/// Numbers never change their meaning; docs/ledger-codes.md lists them all.
public struct RefusalCode: Hashable, Sendable, CustomStringConvertible {
  public let number: UInt32
  /// What is wrong, as one sentence without a full stop.
  public let sentence: String

  public init(_ number: UInt32, _ sentence: String) {
    self.number = number
    self.sentence = sentence
  }

  public static func == (left: RefusalCode, right: RefusalCode) -> Bool { left.number == right.number }

  public func hash(into hasher: inout Hasher) { hasher.combine(number) }

  public var description: String { "\(number): \(sentence)" }
}

/// Why a transaction is refused: the code, and the evidence in words.
public struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
  public let code: RefusalCode
  public let detail: String

  public init(_ code: RefusalCode, _ detail: String = "") {
    self.code = code
    self.detail = detail
  }

  public var description: String {
    detail.isEmpty ? "\(code.sentence) (\(code.number))" : "\(code.sentence) (\(code.number)): \(detail)"
  }
}

/// Codes of the envelope and of what every message can meet: 1 to 39.
extension RefusalCode {
  public static let malformed = RefusalCode(1, "the transaction is not one canonical encoding")
  public static let oversize = RefusalCode(2, "the transaction is larger than the ledger takes")
  public static let wrongChain = RefusalCode(3, "the transaction is for another chain")
  public static let badSignature = RefusalCode(4, "the signature is not the key's")
  public static let unknownKey = RefusalCode(5, "the key may not sign for this account")
  public static let outOfScope = RefusalCode(6, "the key's scopes do not cover this message")
  public static let expiredKey = RefusalCode(7, "the key's authority has expired")
  public static let wrongNonce = RefusalCode(8, "the nonce is not the account's next")
  public static let expired = RefusalCode(9, "the transaction's last block has passed")
  public static let lowFee = RefusalCode(10, "the fee is below the least")
  public static let unpayableFee = RefusalCode(11, "the account cannot pay the fee")
  public static let unknownKind = RefusalCode(12, "there is no message of this kind")
  public static let malformedMessage = RefusalCode(13, "the message is not one canonical encoding")
  public static let overspent = RefusalCode(20, "the balance does not cover the amount")
  public static let overflow = RefusalCode(21, "an amount does not fit in 64 bits")
  public static let zeroAmount = RefusalCode(22, "the amount is zero")
  public static let keyLimit = RefusalCode(23, "the key's limit does not cover the amount")
  public static let fullMempool = RefusalCode(30, "too many transactions wait; try again")

  static let envelope: [RefusalCode] = [
    malformed, oversize, wrongChain, badSignature, unknownKey, outOfScope, expiredKey, wrongNonce, expired, lowFee,
    unpayableFee, unknownKind, malformedMessage, overspent, overflow, zeroAmount, keyLimit, fullMempool,
  ]
}
