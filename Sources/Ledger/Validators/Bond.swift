import Hashing
import Receipts

/// RAZ that stands behind an account's consensus validator.
///
/// It stays in the state while anything of it is on duty or matures, and for good once the validator has offended.
public struct Bond: Record {
  /// The validator's key, Ed25519.
  public var key: PublicKey
  /// Grains on duty.
  public var active: UInt64
  /// At most `Stake.maturingLimit`, in the order of `maturesAt`.
  public var maturing: [Stake.Maturing]
  /// Whether the validator has offended: it never validates again.
  public var isJailed: Bool
  /// Grains lost so far.
  public var slashed: UInt64

  public init(
    key: PublicKey, active: UInt64 = 0, maturing: [Stake.Maturing] = [], isJailed: Bool = false, slashed: UInt64 = 0
  ) {
    self.key = key
    self.active = active
    self.maturing = maturing
    self.isJailed = isJailed
    self.slashed = slashed
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    key = try reader.readPublicKey()
    active = try reader.read()
    maturing = try reader.readList(limit: Stake.maturingLimit, "maturing bonds") { reader throws(ByteReaderError) in
      Stake.Maturing(amount: try reader.read(), maturesAt: try reader.read())
    }
    isJailed = try reader.readFlag()
    slashed = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(key)
    writer.write(active)
    writer.writeList(maturing) { writer, part in writer.write([part.amount, part.maturesAt]) }
    writer.write(isJailed)
    writer.write(slashed)
  }

  /// Active and maturing together; what can be slashed. It fits, since all RAZ together do.
  public var total: UInt64 { UInt64(clamping: holdings.raz) }

  public var holdings: Holdings { Holdings(raz: maturing.reduce(Int128(active)) { $0 + Int128($1.amount) }) }
}

extension StateKey<Bond> {
  public static func bond(_ account: Digest) -> Self { Self(.bond, account.bytes) }
}

/// Whose a consensus key is; found by the address under which an engine reports offences.
///
/// It lives as long as the key's bond, so that a validator that has left is still found while its bond matures.
public struct ConsensusKey: Record {
  public var account: Digest
  /// Whether the key has offended and was punished.
  public var isPunished: Bool

  public init(account: Digest, isPunished: Bool = false) {
    self.account = account
    self.isPunished = isPunished
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(account: try reader.readDigest(), isPunished: try reader.readFlag())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(account)
    writer.write(isPunished)
  }

  /// The address of a key in the engine: the first 20 bytes of its SHA-256.
  public static func address(of key: PublicKey) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(key.bytes)
    return Array(hasher.finalize().bytes.prefix(20))
  }
}

extension StateKey<ConsensusKey> {
  /// - Parameter address: 20 bytes.
  public static func consensusKey(_ address: [UInt8]) -> Self { Self(.offence, address) }

  static func consensusKey(of key: PublicKey) -> Self { consensusKey(ConsensusKey.address(of: key)) }
}
