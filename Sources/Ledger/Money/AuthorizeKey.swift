import Hashing
import Receipts

/// Lets a hot key sign for the sender's account within limits, or sets the limits of one anew. The cold key alone may.
///
/// Fields: key 32 | scopes u32 | expiry u64, ms, 0 for never | RAZ limit u64, grains, all ones for none.
/// Checks: the signer is the cold key (6); the key is another (101); the scopes are some of those that a hot key can
/// have, `keys` not among them (102); the expiry lies ahead (103).
/// Effects: the record of the key says what this message says, whatever it said before.
public struct AuthorizeKey: Message {
  public static let kind: UInt16 = 3
  public static let name = "authorizeKey"
  public static let scope = KeyScope.keys

  /// Ed25519.
  public var key: PublicKey
  public var scopes: KeyScope
  /// Block time in milliseconds after which the key signs no more; 0 for never.
  public var expiry: UInt64
  /// Grains that it may move out; all ones for no limit.
  public var razLimit: UInt64

  public init(key: PublicKey, scopes: KeyScope, expiry: UInt64 = 0, razLimit: UInt64 = .max) {
    self.key = key
    self.scopes = scopes
    self.expiry = expiry
    self.razLimit = razLimit
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      key: try reader.readPublicKey(), scopes: KeyScope(rawValue: try reader.read()), expiry: try reader.read(),
      razLimit: try reader.read())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(key)
    writer.write(scopes.rawValue)
    writer.write([expiry, razLimit])
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard sender.isCold else { throw Refusal(.outOfScope, Self.name) }
    guard key.account != sender.account else { throw Refusal(.ownKey) }
    guard !scopes.isEmpty, KeyScope.all.isSuperset(of: scopes) else {
      throw Refusal(.badScopes, "\(scopes.rawValue)")
    }
    guard expiry == 0 || expiry > ledger.block.time else {
      throw Refusal(.pastExpiry, "\(expiry) at \(ledger.block.time)")
    }
    ledger.state.set(
      .hotKey(sender.account, key), HotKey(scopes: scopes, expiry: expiry, razLimit: razLimit))
  }

  public var fields: [MessageField] {
    [
      MessageField("key", key.bytes.hex), MessageField("scopes", scopes.rawValue), MessageField("expiry", expiry),
      MessageField("razLimit", razLimit),
    ]
  }
}
