import Hashing

/// Why a balance moved.
public enum EntryCause: String, Sendable, CaseIterable {
  case genesis, fee, transfer, burn
  case creditsBought = "credits bought"
  case creditsSold = "credits sold"
  case staked, unstaked, bonded, unbonded, slashed, reward
  case channelOpened = "channel opened"
  case channelToppedUp = "channel topped up"
  case channelReturned = "channel returned"
  case answer = "answer paid"
  case royalty
  case deposit
  case depositReturned = "deposit returned"
  case registration
}

/// One movement of one account's free balance; the sum of an account's entries is its balance.
public struct Entry: Equatable, Sendable {
  public var account: Digest
  public var token: Token
  /// Grains or microcredits, negative where the account gave.
  public var amount: Int128
  public var cause: EntryCause
  /// What it was for: a receipt's hash, a channel, the other account; zero for nothing.
  public var reference: Digest

  public init(account: Digest, token: Token, amount: Int128, cause: EntryCause, reference: Digest) {
    self.account = account
    self.token = token
    self.amount = amount
    self.cause = cause
    self.reference = reference
  }
}

/// Something that happened, for whoever follows the ledger; not part of the state.
public struct LedgerEvent: Equatable, Sendable {
  /// Lower camel case: `batchAnchored`, `channelOpened`.
  public var kind: String
  public var attributes: [MessageField]

  public init(_ kind: String, _ attributes: [MessageField]) {
    self.kind = kind
    self.attributes = attributes
  }
}
