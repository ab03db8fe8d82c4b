import Hashing

/// RAZ that stands behind an account's providers and auditors.
///
/// Stake never leaves while a receipt that it stands behind can still be used as evidence: `lockedUntil` is the latest
/// expiry that its owner's batches have stated, and reserves of open receipts never exceed the active stake.
public struct Stake: Record {
  /// A part that was withdrawn from duty and waits: it can be slashed until it is paid out.
  public struct Maturing: Equatable, Sendable {
    public var amount: UInt64
    /// Block time in milliseconds from which it can be paid out.
    public var maturesAt: UInt64

    public init(amount: UInt64, maturesAt: UInt64) {
      self.amount = amount
      self.maturesAt = maturesAt
    }
  }

  /// Receipts whose expiry lies in one hour.
  public struct OpenReceipts: Equatable, Sendable {
    /// Hours since 1970, rounded up.
    public var hour: UInt64
    public var count: UInt64

    public init(hour: UInt64, count: UInt64) {
      self.hour = hour
      self.count = count
    }
  }

  /// Grains on duty.
  public var active: UInt64
  /// At most `maturingLimit`, in the order of `maturesAt`.
  public var maturing: [Maturing]
  /// Block time in milliseconds until which nothing is paid out.
  public var lockedUntil: UInt64
  /// At most `hourLimit`, ascending by hour, none expired at the last touch.
  public var open: [OpenReceipts]
  /// Grains lost so far.
  public var slashed: UInt64

  public static let maturingLimit = 32
  public static let hourLimit = 200

  public init(
    active: UInt64 = 0, maturing: [Maturing] = [], lockedUntil: UInt64 = 0, open: [OpenReceipts] = [],
    slashed: UInt64 = 0
  ) {
    self.active = active
    self.maturing = maturing
    self.lockedUntil = lockedUntil
    self.open = open
    self.slashed = slashed
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    active = try reader.read()
    maturing = try reader.readList(limit: Self.maturingLimit, "maturing stakes") { reader throws(ByteReaderError) in
      Maturing(amount: try reader.read(), maturesAt: try reader.read())
    }
    lockedUntil = try reader.read()
    open = try reader.readList(limit: Self.hourLimit, "hours of receipts") { reader throws(ByteReaderError) in
      OpenReceipts(hour: try reader.read(), count: try reader.read())
    }
    slashed = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(active)
    writer.writeList(maturing) { writer, part in writer.write([part.amount, part.maturesAt]) }
    writer.write(lockedUntil)
    writer.writeList(open) { writer, hour in writer.write([hour.hour, hour.count]) }
    writer.write(slashed)
  }

  /// Active and maturing together; what can be slashed.
  /// No state holds more RAZ than fit; of a record from elsewhere the sum is clamped.
  public var total: UInt64 { UInt64(clamping: exactTotal) }

  private var exactTotal: Int128 { maturing.reduce(Int128(active)) { $0 + Int128($1.amount) } }

  public var holdings: Holdings { Holdings(raz: exactTotal) }

  /// Receipts that are not expired at `now`.
  public func openCount(now: UInt64) -> UInt64 {
    UInt64(clamping: open.reduce(UInt128(0)) { UInt128($1.hour) * 3_600_000 > now ? $0 + UInt128($1.count) : $0 })
  }
}

extension StateKey<Stake> {
  public static func stake(_ account: Digest) -> Self { Self(.stake, account.bytes) }
}
