import Hashing

/// The receipts of one provider that were anchored together: a root over their hashes in the order of finishing.
public struct Batch: Record {
  public var root: Digest
  public var count: UInt32
  /// Milliseconds since 1970: no receipt of the batch lives longer, says the provider.
  public var latestExpiry: UInt64
  /// Microcredits of all its receipts, says the provider.
  public var amount: UInt64
  public var height: UInt64
  /// Block time in milliseconds.
  public var time: UInt64
  /// Whether a receipt in it was shown to live longer than stated.
  public var isRefuted: Bool

  public init(
    root: Digest, count: UInt32, latestExpiry: UInt64, amount: UInt64, height: UInt64, time: UInt64,
    isRefuted: Bool = false
  ) {
    self.root = root
    self.count = count
    self.latestExpiry = latestExpiry
    self.amount = amount
    self.height = height
    self.time = time
    self.isRefuted = isRefuted
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    root = try reader.readDigest()
    count = try reader.read()
    latestExpiry = try reader.read()
    amount = try reader.read()
    height = try reader.read()
    time = try reader.read()
    isRefuted = try reader.readFlag()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(root)
    writer.write(count)
    writer.write([latestExpiry, amount, height, time])
    writer.write(isRefuted)
  }
}

extension StateKey<Batch> {
  public static func batch(_ provider: Digest, _ number: UInt64) -> Self {
    Self(.batch, provider.bytes + number.keyBytes)
  }
}

/// The root over the contributions that a provider has prepared for the joint seeds of one epoch.
public struct ContributionRoot: Record {
  public var root: Digest
  public var height: UInt64
  /// Block time in milliseconds; an accept that names the root must be younger.
  public var time: UInt64

  public init(root: Digest, height: UInt64, time: UInt64) {
    self.root = root
    self.height = height
    self.time = time
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(root: try reader.readDigest(), height: try reader.read(), time: try reader.read())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(root)
    writer.write([height, time])
  }
}

extension StateKey<ContributionRoot> {
  public static func contributions(_ provider: Digest, epoch: UInt64) -> Self {
    Self(.contributions, provider.bytes + epoch.keyBytes)
  }
}
