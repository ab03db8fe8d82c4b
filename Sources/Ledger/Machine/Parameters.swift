import Hashing
import StrictJSON

/// The numbers that a chain is started with; a record of the state, so that a proof shows them.
public struct Parameters: Record {
  /// One number: its name in the genesis, its default, what it counts.
  public struct Definition: Sendable {
    public let name: String
    public let standard: UInt64
    public let range: ClosedRange<UInt64>
    public let unit: String
    let path: WritableKeyPath<Parameters, UInt64> & Sendable
  }

  /// Least fee of a transaction, grains.
  public var baseFee: UInt64 = 10_000
  /// Fee for each byte, grains.
  public var byteFee: UInt64 = 10
  /// Milliseconds of one emission slot.
  public var slotTime: UInt64 = 12_000
  /// Slots of an epoch.
  public var epochSlots: UInt64 = 300
  /// Parts in a million of the emission that go to consensus validators.
  public var validatorShare: UInt64 = 100_000
  /// Most consensus validators.
  public var validatorLimit: UInt64 = 64
  /// Least bond of a consensus validator, grains.
  public var minimumBond: UInt64 = 1_000_000_000
  /// Milliseconds that withdrawn stake or bond waits: evidence age, audit window and dispute cap together.
  public var unstakingTime: UInt64 = 14 * 86_400_000
  /// Parts in a million of a bond that an equivocation costs.
  public var equivocationSlash: UInt64 = 50_000
  /// Least stake of a provider or auditor, grains.
  public var minimumStake: UInt64 = 100_000_000_000
  /// Grains of stake reserved for each open receipt.
  public var receiptReserve: UInt64 = 1_000_000
  /// Longest life of a receipt that may be anchored, milliseconds.
  public var receiptLifetime: UInt64 = 7 * 86_400_000
  /// Milliseconds in which a finished receipt must be anchored.
  public var anchorWindow: UInt64 = 600_000
  /// Milliseconds in which a claim must be answered.
  public var claimWindow: UInt64 = 3_600_000
  /// Grains that a claim deposits.
  public var claimDeposit: UInt64 = 1_000_000_000
  /// Grains that an unanswered claim costs the provider.
  public var claimPenalty: UInt64 = 10_000_000_000
  /// Grains that an objective misstatement costs the provider.
  public var fraudPenalty: UInt64 = 50_000_000_000
  /// Milliseconds in which a payee may redeem after a channel's close was asked for.
  public var closePeriod: UInt64 = 86_400_000
  /// Age in milliseconds after which an oracle's report no longer counts.
  public var priceStaleness: UInt64 = 3_600_000
  /// Parts in a million between buying and selling price.
  public var creditSpread: UInt64 = 5_000
  /// Parts in a million by which the median may move within an epoch before credits stop being traded.
  public var priceBreaker: UInt64 = 250_000
  /// Blocks of a beacon's round.
  public var beaconRound: UInt64 = 10
  /// Grains that a beacon commitment deposits.
  public var beaconDeposit: UInt64 = 1_000_000_000
  /// Grains for registering a program, recycled.
  public var programFee: UInt64 = 1_000_000_000

  public init() {}
}

extension Parameters {
  /// All numbers in the order of the record and the genesis.
  public static let definitions: [Definition] = [
    .init(name: "baseFee", standard: 10_000, range: 0...1 << 50, unit: "grains", path: \.baseFee),
    .init(name: "byteFee", standard: 10, range: 0...1 << 30, unit: "grains", path: \.byteFee),
    .init(name: "slotTime", standard: 12_000, range: 1...86_400_000, unit: "ms", path: \.slotTime),
    .init(name: "epochSlots", standard: 300, range: 1...1 << 20, unit: "slots", path: \.epochSlots),
    .init(name: "validatorShare", standard: 100_000, range: 0...1_000_000, unit: "ppm", path: \.validatorShare),
    .init(name: "validatorLimit", standard: 64, range: 1...64, unit: "validators", path: \.validatorLimit),
    .init(name: "minimumBond", standard: 1_000_000_000, range: 1...1 << 54, unit: "grains", path: \.minimumBond),
    .init(name: "unstakingTime", standard: 14 * 86_400_000, range: 0...1 << 40, unit: "ms", path: \.unstakingTime),
    .init(
      name: "equivocationSlash", standard: 50_000, range: 0...1_000_000, unit: "ppm", path: \.equivocationSlash),
    .init(name: "minimumStake", standard: 100_000_000_000, range: 1...1 << 54, unit: "grains", path: \.minimumStake),
    .init(name: "receiptReserve", standard: 1_000_000, range: 0...1 << 50, unit: "grains", path: \.receiptReserve),
    .init(
      name: "receiptLifetime", standard: 7 * 86_400_000, range: 1...7 * 86_400_000, unit: "ms",
      path: \.receiptLifetime),
    .init(name: "anchorWindow", standard: 600_000, range: 1...1 << 40, unit: "ms", path: \.anchorWindow),
    .init(name: "claimWindow", standard: 3_600_000, range: 1...1 << 40, unit: "ms", path: \.claimWindow),
    .init(name: "claimDeposit", standard: 1_000_000_000, range: 0...1 << 54, unit: "grains", path: \.claimDeposit),
    .init(name: "claimPenalty", standard: 10_000_000_000, range: 0...1 << 54, unit: "grains", path: \.claimPenalty),
    .init(name: "fraudPenalty", standard: 50_000_000_000, range: 0...1 << 54, unit: "grains", path: \.fraudPenalty),
    .init(name: "closePeriod", standard: 86_400_000, range: 0...1 << 40, unit: "ms", path: \.closePeriod),
    .init(name: "priceStaleness", standard: 3_600_000, range: 1...1 << 40, unit: "ms", path: \.priceStaleness),
    .init(name: "creditSpread", standard: 5_000, range: 0...500_000, unit: "ppm", path: \.creditSpread),
    .init(name: "priceBreaker", standard: 250_000, range: 1...1_000_000, unit: "ppm", path: \.priceBreaker),
    .init(name: "beaconRound", standard: 10, range: 2...1 << 20, unit: "blocks", path: \.beaconRound),
    .init(name: "beaconDeposit", standard: 1_000_000_000, range: 0...1 << 54, unit: "grains", path: \.beaconDeposit),
    .init(name: "programFee", standard: 1_000_000_000, range: 0...1 << 54, unit: "grains", path: \.programFee),
  ]

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    for definition in Self.definitions { self[keyPath: definition.path] = try reader.read() }
  }

  public func write(to writer: inout ByteWriter) {
    for definition in Self.definitions { writer.write(self[keyPath: definition.path]) }
  }

  /// The numbers as the genesis writes them.
  public var json: JSON {
    .object(JSONObject(Self.definitions.map { .init(name: $0.name, value: JSON(self[keyPath: $0.path])) }))
  }

  /// Reads the numbers that the genesis states; the others keep their defaults.
  public init(json: JSON) throws(LedgerFault) {
    guard let object = json.object else { throw .genesis("`parameters` is not an object") }
    for member in object.members {
      let (name, value) = (member.name, member.value)
      guard let definition = Self.definitions.first(where: { $0.name == name }) else {
        throw .genesis("there is no parameter `\(name)`")
      }
      guard let number = value.integer.flatMap({ UInt64(exactly: $0) }), definition.range.contains(number) else {
        throw .genesis("`\(name)` must be \(definition.range.lowerBound) to \(definition.range.upperBound)")
      }
      self[keyPath: definition.path] = number
    }
  }

  /// The least fee of a transaction of so many bytes.
  ///
  /// Exact for every genesis; numbers that only a lying ledger could show its client are clamped, and cannot be paid.
  public func fee(byteCount: Int) -> UInt64 {
    UInt64(clamping: UInt128(baseFee) + UInt128(byteFee) * UInt128(UInt64(clamping: byteCount)))
  }
}

extension StateKey<Parameters> {
  public static var parameters: Self { Self(.parameters) }
}
