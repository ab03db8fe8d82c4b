import Hashing
import Receipts

/// Takes a hot key's authority away. The cold key alone may.
///
/// Fields: key 32.
/// Checks: the signer is the cold key (6); the account has authorised the key (104).
/// Effects: the key's record is removed; the account's next transaction signed with it is refused.
public struct RevokeKey: Message {
  public static let kind: UInt16 = 4
  public static let name = "revokeKey"
  public static let scope = KeyScope.keys

  /// Ed25519.
  public var key: PublicKey

  public init(key: PublicKey) {
    self.key = key
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(key: try reader.readPublicKey())
  }

  public func write(to writer: inout ByteWriter) { writer.write(key) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard sender.isCold else { throw Refusal(.outOfScope, Self.name) }
    guard ledger.state.contains(.hotKey(sender.account, key)) else { throw Refusal(.noSuchKey, key.bytes.hex) }
    ledger.state.set(.hotKey(sender.account, key), nil)
  }

  public var fields: [MessageField] { [MessageField("key", key.bytes.hex)] }
}
