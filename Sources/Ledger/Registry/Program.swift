import Hashing

/// A program that providers may answer with: who published it, and what its publisher gets of each answer.
public struct Program: Record {
  public static let nameLimit = 64
  public static let licenceLimit = 256
  public static let sourceLimit = 16
  /// Parts in a million: half of the price.
  public static let royaltyLimit: UInt32 = 500_000

  /// The account that published it first, which alone may change the record.
  public var publisher: Digest
  public var name: String
  /// What the program answers, as its publisher says; the file itself decides.
  public var kind: UInt8
  /// Parts in a million of every answer's price.
  public var royalty: UInt32
  public var licence: String
  /// Hashes of the files that it was made of.
  public var sources: [Digest]
  /// Root over the program file's chunks, under which it can be fetched from anybody.
  public var fileRoot: Digest
  public var fileByteCount: UInt64
  /// Of the first publication.
  public var height: UInt64

  public init(
    publisher: Digest, name: String, kind: UInt8, royalty: UInt32, licence: String, sources: [Digest],
    fileRoot: Digest, fileByteCount: UInt64, height: UInt64
  ) {
    self.publisher = publisher
    self.name = name
    self.kind = kind
    self.royalty = royalty
    self.licence = licence
    self.sources = sources
    self.fileRoot = fileRoot
    self.fileByteCount = fileByteCount
    self.height = height
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    publisher = try reader.readDigest()
    name = try reader.readText(limit: Self.nameLimit, "name")
    kind = try reader.read()
    royalty = try reader.read()
    licence = try reader.readText(limit: Self.licenceLimit, "licence")
    sources = try reader.readList(limit: Self.sourceLimit, "sources") { reader throws(ByteReaderError) in
      try reader.readDigest()
    }
    fileRoot = try reader.readDigest()
    fileByteCount = try reader.read()
    height = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(publisher)
    writer.writeCounted(name.utf8)
    writer.write(kind)
    writer.write(royalty)
    writer.writeCounted(licence.utf8)
    writer.writeList(sources) { writer, source in writer.write(source) }
    writer.write(fileRoot)
    writer.write([fileByteCount, height])
  }

  /// The publisher's part of an amount: ⌊amount · royalty / 10⁶⌋, at most half of it.
  public func royalty(of amount: UInt64) -> UInt64 {
    UInt64(UInt128(amount) * UInt128(min(royalty, Self.royaltyLimit)) / 1_000_000)
  }
}

extension StateKey<Program> {
  public static func program(_ root: Digest) -> Self { Self(.program, root.bytes) }
}
