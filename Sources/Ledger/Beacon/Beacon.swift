import Hashing

/// The randomness that a batch's audits are drawn from, fixed in a block at least two after the batch.
///
/// Every block has a beacon, `value(accumulator:blockHash:)` of the accumulator in the state after it; the ledger keeps
/// only those that something anchored waits for, under the height at which that was anchored.
public struct Beacon: Record {
  public var value: Digest
  /// Of the block whose hash it is made of: the first with transactions, two or more after the anchoring.
  public var height: UInt64
  /// Block time in milliseconds.
  public var time: UInt64
  public var accumulator: Digest
  public var blockHash: Digest

  public init(height: UInt64, time: UInt64, accumulator: Digest, blockHash: Digest) {
    value = Self.value(accumulator: accumulator, blockHash: blockHash)
    self.height = height
    self.time = time
    self.accumulator = accumulator
    self.blockHash = blockHash
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    value = try reader.readDigest()
    height = try reader.read()
    time = try reader.read()
    accumulator = try reader.readDigest()
    blockHash = try reader.readDigest()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(value)
    writer.write([height, time])
    writer.write(accumulator)
    writer.write(blockHash)
  }

  /// H("razao/beacon/1", accumulator ‖ block hash).
  public static func value(accumulator: Digest, blockHash: Digest) -> Digest {
    taggedHash("razao/beacon/1", accumulator.bytes, blockHash.bytes)
  }
}

extension StateKey<Beacon> {
  /// - Parameter height: of the block in which a batch was anchored.
  public static func beacon(anchoredAt height: UInt64) -> Self { Self(.beacon, height.keyBytes) }
}

/// What all rounds so far have come to.
public struct BeaconState: Record {
  static let wantedLimit = 4

  /// Before the first round, the chain.
  public var accumulator: Digest
  /// The latest round with commitments.
  public var round: UInt64
  /// Heights of the last blocks that anchored something whose beacon is to come, ascending.
  public var wanted: [UInt64]

  public init(accumulator: Digest, round: UInt64 = 0, wanted: [UInt64] = []) {
    self.accumulator = accumulator
    self.round = round
    self.wanted = wanted
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    accumulator = try reader.readDigest()
    round = try reader.read()
    wanted = try reader.readList(limit: Self.wantedLimit, "heights") { reader throws(ByteReaderError) in
      try reader.read()
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(accumulator)
    writer.write(round)
    writer.writeList(wanted) { writer, height in writer.write(height) }
  }

  /// H("razao/beacon-accumulator/1", accumulator ‖ u64 round ‖ revealed secrets in the order of commitment).
  static func accumulator(after accumulator: Digest, _ round: UInt64, _ secrets: [Digest]) -> Digest {
    var writer = ByteWriter()
    writer.write(round)
    for secret in secrets { writer.write(secret) }
    return taggedHash("razao/beacon-accumulator/1", accumulator.bytes, writer.bytes)
  }
}

extension StateKey<BeaconState> {
  public static var beaconState: Self { Self(.beaconState) }
}
