import Hashing
import Receipts

/// A balance sheet's owner: free RAZ, free credits, and how many transactions it has sent.
public struct Account: Record {
  /// Grains.
  public var raz: UInt64
  /// Microcredits.
  public var credit: UInt64
  /// The number that the next transaction must carry.
  public var nonce: UInt64

  public init(raz: UInt64 = 0, credit: UInt64 = 0, nonce: UInt64 = 0) {
    self.raz = raz
    self.credit = credit
    self.nonce = nonce
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(raz: try reader.read(), credit: try reader.read(), nonce: try reader.read())
  }

  public func write(to writer: inout ByteWriter) { writer.write([raz, credit, nonce]) }

  public var holdings: Holdings { Holdings(raz: Int128(raz), credit: Int128(credit)) }

  /// The balance of one token.
  public subscript(token: Token) -> UInt64 {
    get { token == .raz ? raz : credit }
    set { if token == .raz { raz = newValue } else { credit = newValue } }
  }
}

extension StateKey<Account> {
  public static func account(_ id: Digest) -> Self { Self(.account, id.bytes) }
}

extension PublicKey {
  /// The account that this key owns as its cold key: H("razao/account/1", key).
  public var account: Digest { taggedHash("razao/account/1", bytes) }
}

/// Amounts that belong to nobody in particular.
public struct Pot: Record {
  public var raz: UInt64
  public var credit: UInt64

  public init(raz: UInt64 = 0, credit: UInt64 = 0) {
    self.raz = raz
    self.credit = credit
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(raz: try reader.read(), credit: try reader.read())
  }

  public func write(to writer: inout ByteWriter) { writer.write([raz, credit]) }

  public var holdings: Holdings { Holdings(raz: Int128(raz), credit: Int128(credit)) }
}

/// The pots.
public enum PotName: UInt8, Sendable, CaseIterable {
  /// Fees of this epoch.
  case fees = 1
  /// Emission that no rule has given out yet.
  case incentives = 2
}

extension StateKey<Pot> {
  public static func pot(_ name: PotName) -> Self { Self(.pot, [name.rawValue]) }
}

/// How much of each token was ever issued and burned.
public struct Supply: Record {
  /// RAZ that may ever be out at once: 21,000,000.
  public static let cap: UInt64 = 21_000_000 * 1_000_000_000

  public var razIssued: UInt64
  public var razBurned: UInt64
  public var creditIssued: UInt64
  public var creditBurned: UInt64

  public init(razIssued: UInt64 = 0, razBurned: UInt64 = 0, creditIssued: UInt64 = 0, creditBurned: UInt64 = 0) {
    self.razIssued = razIssued
    self.razBurned = razBurned
    self.creditIssued = creditIssued
    self.creditBurned = creditBurned
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      razIssued: try reader.read(), razBurned: try reader.read(), creditIssued: try reader.read(),
      creditBurned: try reader.read())
  }

  public func write(to writer: inout ByteWriter) { writer.write([razIssued, razBurned, creditIssued, creditBurned]) }

  /// What must be held in all other records together.
  public var outstanding: Holdings {
    Holdings(
      raz: Int128(razIssued) - Int128(razBurned), credit: Int128(creditIssued) - Int128(creditBurned))
  }
}

extension StateKey<Supply> {
  public static var supply: Self { Self(.supply) }
}
