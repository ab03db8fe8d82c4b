import Hashing

/// Registers a program under its root, or changes what its publisher has said of it.
///
/// The first account that publishes a root owns it for good. The first publication costs `programFee`, which is
/// recycled: it counts as never issued. A royalty can be lowered and never raised, or a publisher could raise it
/// between an answer and its payment.
///
/// Fields: root 32 | name text ≤ 64 | kind u8 | royalty u32 ppm | licence text ≤ 256 | sources, list of ≤ 16 × 32 |
/// file root 32 | file bytes u64.
/// Checks: a name (203); a royalty of at most 500,000 (201); no other account's program (200); no raised royalty (202);
/// the first time, a balance that covers `programFee` (20, 23).
public struct PublishProgram: Message {
  public static let kind: UInt16 = 30
  public static let name = "publishProgram"
  public static let scope = KeyScope.publish

  public var root: Digest
  public var title: String
  public var programKind: UInt8
  /// Parts in a million.
  public var royalty: UInt32
  public var licence: String
  public var sources: [Digest]
  public var fileRoot: Digest
  public var fileByteCount: UInt64

  public init(
    root: Digest, title: String, programKind: UInt8, royalty: UInt32, licence: String, sources: [Digest],
    fileRoot: Digest, fileByteCount: UInt64
  ) {
    self.root = root
    self.title = title
    self.programKind = programKind
    self.royalty = royalty
    self.licence = licence
    self.sources = sources
    self.fileRoot = fileRoot
    self.fileByteCount = fileByteCount
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    root = try reader.readDigest()
    title = try reader.readText(limit: Program.nameLimit, "name")
    programKind = try reader.read()
    royalty = try reader.read()
    licence = try reader.readText(limit: Program.licenceLimit, "licence")
    sources = try reader.readList(limit: Program.sourceLimit, "sources") { reader throws(ByteReaderError) in
      try reader.readDigest()
    }
    fileRoot = try reader.readDigest()
    fileByteCount = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(root)
    writer.writeCounted(title.utf8)
    writer.write(programKind)
    writer.write(royalty)
    writer.writeCounted(licence.utf8)
    writer.writeList(sources) { writer, source in writer.write(source) }
    writer.write(fileRoot)
    writer.write(fileByteCount)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard !title.isEmpty else { throw Refusal(.unnamed) }
    guard royalty <= Program.royaltyLimit else { throw Refusal(.royaltyTooHigh, "\(royalty) ppm") }
    let before = ledger.state.get(.program(root))
    if let before {
      guard before.publisher == sender.account else { throw Refusal(.notPublisher, before.publisher.hex) }
      guard royalty <= before.royalty else { throw Refusal(.royaltyRaised, "\(before.royalty) to \(royalty) ppm") }
    } else {
      let fee = ledger.parameters.programFee
      try ledger.debit(from: sender, .raz, fee, .registration, reference: root)
      try ledger.recycle(fee)
    }
    ledger.state.set(
      .program(root),
      Program(
        publisher: sender.account, name: title, kind: programKind, royalty: royalty, licence: licence,
        sources: sources, fileRoot: fileRoot, fileByteCount: fileByteCount,
        height: before?.height ?? ledger.block.height))
    ledger.emit("programPublished", [MessageField("root", root), MessageField("publisher", sender.account)])
  }

  public var fields: [MessageField] {
    [
      MessageField("root", root), MessageField("name", title), MessageField("kind", programKind),
      MessageField("royaltyPpm", royalty), MessageField("licence", licence),
      MessageField("sources", sources.map(\.hex).joined(separator: " ")), MessageField("fileRoot", fileRoot),
      MessageField("fileByteCount", fileByteCount),
    ]
  }
}
