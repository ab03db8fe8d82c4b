import Hashing

/// Where committed values are read from.
public protocol StateSource: Sendable {
  /// The value at a key, or `nil`.
  func value(_ key: [UInt8]) -> [UInt8]?
}

/// The committed state and what a block has changed so far; a failed transaction is rolled back by its journal.
///
/// A record that does not decode can only come from a broken store: it reads as absent, and the fault stops the block.
public struct WorkingState: Sendable {
  private let source: any StateSource
  /// Every key that the block has written, with its new value, `nil` where it was removed.
  public private(set) var changes: [[UInt8]: [UInt8]?] = [:]
  private var journal: [(key: [UInt8], before: [UInt8]??)] = []
  private var isJournaling = false
  /// The first key whose record could not be read.
  public private(set) var fault: LedgerFault?

  public init(source: any StateSource) {
    self.source = source
  }

  /// The record at a key.
  public mutating func get<Value: Record>(_ key: StateKey<Value>) -> Value? {
    guard let bytes = bytes(at: key.bytes) else { return nil }
    do { return try Value(decoding: bytes) } catch {
      fault = fault ?? .corrupt(key: key.bytes.hex, cause: error)
      return nil
    }
  }

  /// Whether there is a record at a key.
  public func contains<Value: Record>(_ key: StateKey<Value>) -> Bool { bytes(at: key.bytes) != nil }

  /// Writes or removes a record.
  public mutating func set<Value: Record>(_ key: StateKey<Value>, _ value: Value?) {
    if isJournaling { journal.append((key.bytes, changes[key.bytes])) }
    changes[key.bytes] = .some(value?.encoded())
  }

  private func bytes(at key: [UInt8]) -> [UInt8]? {
    if let changed = changes[key] { return changed }
    return source.value(key)
  }

  /// What really changed, ascending by key.
  var effectiveChanges: [(key: [UInt8], value: [UInt8]?)] {
    changes.filter { $0.value != source.value($0.key) }.map { (key: $0.key, value: $0.value) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  /// Remembers what is written from here on, until `keep` or `rollBack`.
  mutating func begin() {
    journal.removeAll(keepingCapacity: true)
    isJournaling = true
  }

  /// Ends a transaction whose writes stand.
  mutating func keep() {
    journal.removeAll(keepingCapacity: true)
    isJournaling = false
  }

  /// Ends a transaction as if it had written nothing.
  mutating func rollBack() {
    for (key, before) in journal.reversed() {
      if let before { changes[key] = .some(before) } else { changes[key] = nil }
    }
    keep()
  }
}

/// Why the machine stops: never a transaction's fault, always a broken store or a broken rule.
public enum LedgerFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// A committed record does not decode.
  case corrupt(key: String, cause: ByteReaderError)
  /// Tokens appeared or vanished in a block.
  case conservation(token: Token, height: UInt64, difference: Int128)
  /// A block out of order.
  case height(expected: UInt64, got: UInt64)
  case chain(expected: String, got: String)
  /// The genesis cannot be a ledger's.
  case genesis(String)

  public var description: String {
    switch self {
    case .corrupt(let key, let cause): "the state's record \(key) is corrupt (\(cause)); restore it from a peer"
    case .conservation(let token, let height, let difference):
      "block \(height) would change the sum of all \(token) by \(difference); nothing was committed"
    case .height(let expected, let got): "block \(got) was given where \(expected) is next"
    case .chain(let expected, let got): "the ledger is of chain \(expected), not of \(got)"
    case .genesis(let what): "genesis: \(what)"
    }
  }
}
