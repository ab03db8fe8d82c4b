import Hashing
import Receipts

/// What a key may do for an account that is not its own.
public struct KeyScope: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let transfer = KeyScope(rawValue: 1)
  public static let stake = KeyScope(rawValue: 2)
  public static let credits = KeyScope(rawValue: 4)
  public static let channels = KeyScope(rawValue: 8)
  public static let provider = KeyScope(rawValue: 16)
  public static let auditor = KeyScope(rawValue: 32)
  public static let oracle = KeyScope(rawValue: 64)
  public static let bond = KeyScope(rawValue: 128)
  public static let beacon = KeyScope(rawValue: 256)
  public static let evidence = KeyScope(rawValue: 512)
  public static let publish = KeyScope(rawValue: 1_024)
  /// Authorising and revoking keys: the cold key alone.
  public static let keys = KeyScope(rawValue: 1 << 31)
  /// Everything that can be given to a hot key.
  public static let all = KeyScope(rawValue: 2_047)
}

/// A key that signs for an account within limits.
public struct HotKey: Record {
  public var scopes: KeyScope
  /// Block time in milliseconds after which it signs no more; 0 for never.
  public var expiry: UInt64
  /// Grains that it may still move out of the account by transfers and fees; all ones for no limit.
  public var razLimit: UInt64

  public init(scopes: KeyScope, expiry: UInt64, razLimit: UInt64) {
    self.scopes = scopes
    self.expiry = expiry
    self.razLimit = razLimit
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      scopes: KeyScope(rawValue: try reader.read()), expiry: try reader.read(), razLimit: try reader.read())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(scopes.rawValue)
    writer.write([expiry, razLimit])
  }
}

extension StateKey<HotKey> {
  public static func hotKey(_ account: Digest, _ key: PublicKey) -> Self { Self(.hotKey, account.bytes + key.bytes) }
}
