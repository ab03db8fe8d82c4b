import Hashing

/// Takes a provider off duty: it gets no new channels. What it has signed stays owed, so it still anchors, redeems and
/// answers claims, and its stake stays locked as long as it was.
///
/// Fields: provider 32.
/// Checks: there is such a provider (209), of the sender (208), on duty (211).
public struct RetireProvider: Message {
  public static let kind: UInt16 = 32
  public static let name = "retireProvider"
  public static let scope = KeyScope.provider

  public var provider: Digest

  public init(provider: Digest) {
    self.provider = provider
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(provider: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) { writer.write(provider) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    var record = try ledger.provider(provider, ownedBy: sender)
    guard !record.isRetired else { throw Refusal(.retired) }
    record.isRetired = true
    ledger.state.set(.provider(provider), record)
    ledger.emit("providerRetired", [MessageField("provider", provider)])
  }

  public var fields: [MessageField] { [MessageField("provider", provider)] }
}
