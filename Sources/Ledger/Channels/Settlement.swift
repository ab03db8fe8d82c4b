import Hashing

/// That a provider was paid for one receipt, as it said itself when it redeemed; a receipt is settled once.
///
/// The key names the provider too: a receipt is its own signer's alone, and nobody else can use up its hash. Under a
/// channel's id lies the sum of a channel that is closed.
public struct Settlement: Record {
  public var channel: Digest
  /// The program that the provider named; zero for a closed channel.
  public var program: Digest
  /// Microcredits.
  public var amount: UInt64
  /// Of the redemption.
  public var height: UInt64
  /// Whether it was shown to misstate the receipt.
  public var isRefuted: Bool

  public init(channel: Digest, program: Digest, amount: UInt64, height: UInt64, isRefuted: Bool = false) {
    self.channel = channel
    self.program = program
    self.amount = amount
    self.height = height
    self.isRefuted = isRefuted
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    channel = try reader.readDigest()
    program = try reader.readDigest()
    amount = try reader.read()
    height = try reader.read()
    isRefuted = try reader.readFlag()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(channel)
    writer.write(program)
    writer.write([amount, height])
    writer.write(isRefuted)
  }
}

extension StateKey<Settlement> {
  /// - Parameters:
  ///   - provider: whose receipt it is.
  ///   - receipt: the receipt's hash.
  public static func settlement(_ provider: Digest, _ receipt: Digest) -> Self {
    Self(.settlement, provider.bytes + receipt.bytes)
  }
}
