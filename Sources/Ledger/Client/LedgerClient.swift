import Hashing

/// What a ledger says of itself.
public struct LedgerStatus: Equatable, Sendable {
  /// Who decides the order of transactions.
  public enum Engine: String, Sendable {
    /// One process; blocks are signed by one operator.
    case embedded
    /// CometBFT.
    case replicated
  }

  public var chainID: String
  public var engine: Engine
  public var height: UInt64
  /// Milliseconds since 1970, of the last block.
  public var time: UInt64
  public var appHash: Digest

  public init(chainID: String, engine: Engine, height: UInt64, time: UInt64, appHash: Digest) {
    self.chainID = chainID
    self.engine = engine
    self.height = height
    self.time = time
    self.appHash = appHash
  }

  /// The network that receipts of this ledger name.
  public var chain: Digest { Genesis.chain(chainID) }
}

/// A value of the state and what proves it.
public struct ProvenValue: Equatable, Sendable {
  public var key: [UInt8]
  /// `nil`: there is no such key, which the proof shows too.
  public var value: [UInt8]?
  /// The state after this block.
  public var height: UInt64
  public var appHash: Digest
  /// The encoding of a `StateProof`.
  public var proof: [UInt8]

  public init(key: [UInt8], value: [UInt8]?, height: UInt64, appHash: Digest, proof: [UInt8]) {
    self.key = key
    self.value = value
    self.height = height
    self.appHash = appHash
    self.proof = proof
  }
}

/// Where a transaction ended up.
public struct TransactionPlace: Equatable, Sendable {
  public var id: Digest
  public var height: UInt64
  /// 0, or the refusal's number.
  public var code: UInt32
  public var detail: String

  public init(id: Digest, height: UInt64, code: UInt32, detail: String) {
    self.id = id
    self.height = height
    self.code = code
    self.detail = detail
  }
}

/// An event and the block it happened in.
public struct PlacedEvent: Equatable, Sendable {
  /// Counts all events of the ledger.
  public var sequence: UInt64
  public var height: UInt64
  public var event: LedgerEvent

  public init(sequence: UInt64, height: UInt64, event: LedgerEvent) {
    self.sequence = sequence
    self.height = height
    self.event = event
  }
}

/// Why a ledger gave no answer.
public enum LedgerClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The check before the block refused the transaction.
  case refused(code: UInt32, detail: String)
  case unreachable(String)
  /// The answer is not what a ledger gives, or its proof does not hold.
  case unverified(String)
  case timeout(String)

  public var description: String {
    switch self {
    case .refused(let code, let detail): "the ledger refuses it: \(detail.isEmpty ? "code \(code)" : detail)"
    case .unreachable(let what): "the ledger does not answer: \(what)"
    case .unverified(let what): "the ledger's answer does not hold: \(what)"
    case .timeout(let what): "the ledger took too long: \(what)"
    }
  }
}

/// A ledger, whichever engine drives it and wherever it runs.
public protocol LedgerClient: Sendable {
  func status() async throws(LedgerClientError) -> LedgerStatus
  /// Hands in a transaction; returns when the check before the block took it.
  func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest
  /// Waits until a transaction is in a block.
  func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace
  /// A value with its proof, against the app hash that it returns.
  func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue
  /// Events after a sequence number, waiting up to `wait` for the first; at most 1,000.
  func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent]
  /// Keys and values of a table in the order of keys, after `cursor`, at most `limit`; a listing without proof.
  func list(_ table: StateTable, after cursor: [UInt8], limit: Int) async throws(LedgerClientError)
    -> [(key: [UInt8], value: [UInt8])]
}

extension LedgerClient {
  /// The record at a key.
  public func get<Value: Record>(_ key: StateKey<Value>) async throws(LedgerClientError) -> Value? {
    guard let bytes = try await query(key.bytes).value else { return nil }
    do { return try Value(decoding: bytes) } catch { throw .unverified("a record: \(error)") }
  }
}
