import Hashing

/// What reporters say one RAZ costs, and whether credits may be traded at it.
///
/// The price is the median of the reports that are not older than `priceStaleness`; of an even number, the mean of the
/// middle two, rounded down. Before the first report of all the genesis' price stands, however old it is; after it,
/// reports alone count, and without a recent one there is no price. So a chain whose reporters are silent from the
/// beginning works for ever, and one with a reporter works whenever he has spoken within the staleness.
///
/// The breaker: the epoch's first price is noted when the epoch is first touched, by a trade or by a report before it
/// counts. When a report moves the price further from it than `priceBreaker`, trade stops until the epoch's end.
public struct Oracle: Record {
  /// A reporter's last word.
  public struct Reporter: Equatable, Sendable {
    public var account: Digest
    /// Microcredits for one RAZ; 0 before the first report.
    public var price: UInt64
    /// Block time of the report in milliseconds.
    public var time: UInt64

    public init(account: Digest, price: UInt64 = 0, time: UInt64 = 0) {
      self.account = account
      self.price = price
      self.time = time
    }
  }

  public static let reporterLimit = 32
  /// Microcredits for one RAZ that a report may say.
  public static let prices: ClosedRange<UInt64> = 1...1_000_000_000_000

  /// Microcredits for one RAZ until the first report; 0 for none.
  public var genesisPrice: UInt64
  /// Ascending by account.
  public var reporters: [Reporter]
  /// The epoch that `opening` and `isHalted` are of.
  public var epoch: UInt64
  /// The epoch's first price; 0 before there is one.
  public var opening: UInt64
  /// Whether the breaker has stopped the trade for the rest of the epoch.
  public var isHalted: Bool

  public init(
    genesisPrice: UInt64 = 0, reporters: [Reporter] = [], epoch: UInt64 = 0, opening: UInt64 = 0,
    isHalted: Bool = false
  ) {
    self.genesisPrice = genesisPrice
    self.reporters = reporters
    self.epoch = epoch
    self.opening = opening
    self.isHalted = isHalted
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    genesisPrice = try reader.read()
    reporters = try reader.readList(limit: Self.reporterLimit, "reporters") { reader throws(ByteReaderError) in
      Reporter(account: try reader.readDigest(), price: try reader.read(), time: try reader.read())
    }
    epoch = try reader.read()
    opening = try reader.read()
    isHalted = try reader.readFlag()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(genesisPrice)
    writer.writeList(reporters) { writer, reporter in
      writer.write(reporter.account)
      writer.write([reporter.price, reporter.time])
    }
    writer.write([epoch, opening])
    writer.write(isHalted)
  }

  /// The price at a block time, or `nil` when nobody has spoken recently enough.
  public func price(now: UInt64, staleness: UInt64) -> UInt64? {
    let reported = reporters.filter { $0.price > 0 }
    guard !reported.isEmpty else { return genesisPrice > 0 ? genesisPrice : nil }
    let recent = reported.filter { now <= $0.time || now - $0.time <= staleness }.map(\.price).sorted()
    guard !recent.isEmpty else { return nil }
    let (low, high) = (recent[(recent.count - 1) / 2], recent[recent.count / 2])
    return low + (high - low) / 2
  }

  /// Whether a price lies within `breaker` parts in a million of the epoch's first one.
  func isWithin(_ breaker: UInt64, price: UInt64) -> Bool {
    let distance = price > opening ? price - opening : opening - price
    return UInt128(distance) * 1_000_000 <= UInt128(opening) * UInt128(breaker)
  }

  /// Begins the epoch if it is new to the oracle, and pulls the breaker when the price has moved too far.
  /// - Returns: the price now.
  @discardableResult
  mutating func enter(epoch current: UInt64, now: UInt64, parameters: Parameters) -> UInt64? {
    if epoch != current { (epoch, opening, isHalted) = (current, 0, false) }
    guard let price = price(now: now, staleness: parameters.priceStaleness) else { return nil }
    if opening == 0 { opening = price }
    if !isWithin(parameters.priceBreaker, price: price) { isHalted = true }
    return price
  }
}

extension StateKey<Oracle> {
  public static var oracle: Self { Self(.oracle) }
}
