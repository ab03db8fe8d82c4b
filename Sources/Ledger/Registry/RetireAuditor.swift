import Hashing

/// Takes an auditor off duty; its stake is let go by the rules of stake alone.
///
/// Fields: auditor 32.
/// Checks: there is such an auditor (210), of the sender (208), on duty (211).
public struct RetireAuditor: Message {
  public static let kind: UInt16 = 34
  public static let name = "retireAuditor"
  public static let scope = KeyScope.auditor

  public var auditor: Digest

  public init(auditor: Digest) {
    self.auditor = auditor
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(auditor: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) { writer.write(auditor) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard var record = ledger.state.get(.auditor(auditor)) else { throw Refusal(.unknownAuditor, auditor.hex) }
    guard record.owner == sender.account else { throw Refusal(.notOwner, record.owner.hex) }
    guard !record.isRetired else { throw Refusal(.retired) }
    record.isRetired = true
    ledger.state.set(.auditor(auditor), record)
    ledger.emit("auditorRetired", [MessageField("auditor", auditor)])
  }

  public var fields: [MessageField] { [MessageField("auditor", auditor)] }
}
