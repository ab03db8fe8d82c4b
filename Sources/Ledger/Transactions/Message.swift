import Hashing
import Receipts

/// One kind of thing that a transaction does. Each kind has one file: fields, checks in order, effects, codes.
public protocol Message: Equatable, Sendable {
  /// Stable number of the kind.
  static var kind: UInt16 { get }
  /// The kind's name in JSON, logs and help, lower camel case.
  static var name: String { get }
  /// What a hot key must be allowed to do to send it.
  static var scope: KeyScope { get }

  init(reading reader: inout ByteReader) throws(ByteReaderError)
  func write(to writer: inout ByteWriter)

  /// Checks everything and then changes the ledger. A refusal may come after changes: they are rolled back.
  func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal)

  /// The fields for people and programs, in order.
  var fields: [MessageField] { get }
}

/// A field as `--dry-run` and the HTTP interface show it.
public struct MessageField: Equatable, Sendable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  public init(_ name: String, _ value: Digest) { self.init(name, value.hex) }
  public init(_ name: String, _ value: some FixedWidthInteger) { self.init(name, String(value)) }
}

/// Who sends a transaction.
public struct Sender: Equatable, Sendable {
  public let account: Digest
  public let key: PublicKey
  /// Whether the key is the account's own and not one that it authorised.
  public let isCold: Bool

  public init(account: Digest, key: PublicKey, isCold: Bool) {
    self.account = account
    self.key = key
    self.isCold = isCold
  }
}

/// All kinds.
public enum MessageRegistry {
  /// In the order of their numbers.
  public static let types: [any Message.Type] =
    (MoneyMessages.types + ValidatorMessages.types + RegistryMessages.types + ChannelMessages.types
    + EvidenceMessages.types + BeaconMessages.types).sorted { $0.kind < $1.kind }

  private static let byKind: [UInt16: any Message.Type] = Dictionary(
    types.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })

  /// Decodes a message's body.
  static func message(kind: UInt16, body: [UInt8]) throws(Refusal) -> any Message {
    guard let type = byKind[kind] else { throw Refusal(.unknownKind, "kind \(kind)") }
    do {
      var reader = ByteReader(body)
      let message = try type.init(reading: &reader)
      try reader.finish()
      return message
    } catch {
      throw Refusal(.malformedMessage, "\(type.name): \(error)")
    }
  }
}

extension Message {
  /// The one encoding of the body.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }
}
