import Hashing
import Receipts

/// A block as an engine decided it.
public struct Block: Sendable {
  public var height: UInt64
  /// Milliseconds since 1970.
  public var time: UInt64
  /// The engine's hash of the block.
  public var hash: Digest
  public var transactions: [[UInt8]]
  public var misbehaviour: [Misbehaviour]

  public init(
    height: UInt64, time: UInt64, hash: Digest, transactions: [[UInt8]], misbehaviour: [Misbehaviour] = []
  ) {
    self.height = height
    self.time = time
    self.hash = hash
    self.transactions = transactions
    self.misbehaviour = misbehaviour
  }
}

/// A consensus validator's offence, as the engine proved it.
public struct Misbehaviour: Equatable, Sendable {
  /// What it did, numbered as ABCI does.
  public enum Kind: UInt8, Sendable {
    case duplicateVote = 1
    case lightClientAttack = 2
  }

  public var kind: Kind
  /// The first 20 bytes of SHA-256 of the validator's key.
  public var address: [UInt8]
  public var height: UInt64
  /// Milliseconds since 1970.
  public var time: UInt64

  public init(kind: Kind, address: [UInt8], height: UInt64, time: UInt64) {
    self.kind = kind
    self.address = address
    self.height = height
    self.time = time
  }
}

/// A consensus validator's new power; 0 removes it.
public struct ValidatorUpdate: Equatable, Sendable {
  /// Ed25519.
  public var key: PublicKey
  public var power: UInt64

  public init(key: PublicKey, power: UInt64) {
    self.key = key
    self.power = power
  }
}

/// What became of one transaction.
public struct TransactionResult: Sendable {
  public var id: Digest
  /// `nil` when it applied.
  public var refusal: Refusal?
  /// Bytes and messages, as a measure of its cost.
  public var gas: UInt64
  public var entries: [Entry]
  public var events: [LedgerEvent]

  /// 0, or the refusal's number.
  public var code: UInt32 { refusal?.code.number ?? 0 }
}

/// What a block did. Nothing of it is committed yet.
public struct BlockResult: Sendable {
  public var block: Block
  public var results: [TransactionResult]
  /// Of the rules that every block runs.
  public var entries: [Entry]
  public var events: [LedgerEvent]
  public var validatorUpdates: [ValidatorUpdate]
  /// Root of the state after the block.
  public var appHash: Digest
  /// Every key that changed, ascending, `nil` where it was removed.
  public var changes: [(key: [UInt8], value: [UInt8]?)]
}
