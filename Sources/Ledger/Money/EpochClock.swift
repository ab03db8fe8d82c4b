import Hashing

/// How far block time has been counted, and what the epoch has set aside for consensus validators.
///
/// Time is counted in whole slots of block time from the genesis on, in blocks that have transactions; so nobody makes
/// more RAZ by making more blocks, and an idle ledger stays as it is. An epoch is `epochSlots` slots.
public struct EpochClock: Record {
  /// Most epochs that one block counts; the slots of a longer silence are skipped and never emit.
  public static let catchUpLimit = 1_024

  /// The epoch under way, from 0.
  public var number: UInt64
  /// Block time in milliseconds at which slot 0 began: the genesis'.
  public var origin: UInt64
  /// Slots counted since.
  public var slot: UInt64
  /// Slots that had been counted when the epoch began.
  public var startSlot: UInt64
  /// What RAZ had been issued, in grains, when the epoch began; all ones before the first count, which sets it.
  public var startIssued: UInt64
  /// Height of the block in which the epoch began.
  public var turnedAt: UInt64
  /// Grains of this epoch's emission that its end pays to validators.
  public var pending: UInt64

  public init(origin: UInt64 = 0) {
    (number, slot, startSlot, turnedAt, pending) = (0, 0, 0, 0, 0)
    self.origin = origin
    startIssued = .max
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    number = try reader.read()
    origin = try reader.read()
    slot = try reader.read()
    startSlot = try reader.read()
    startIssued = try reader.read()
    turnedAt = try reader.read()
    pending = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write([number, origin, slot, startSlot, startIssued, turnedAt, pending])
  }

  public var holdings: Holdings { Holdings(raz: Int128(pending)) }

  /// Whole slots from the origin to a block time.
  func slot(at time: UInt64, slotTime: UInt64) -> UInt64 { time <= origin ? 0 : (time - origin) / max(1, slotTime) }

  /// The epoch's number once the slots up to this one have been counted.
  func number(at target: UInt64, parameters: Parameters) -> UInt64 {
    guard target > startSlot else { return number }
    return number + min((target - startSlot) / max(1, parameters.epochSlots), UInt64(Self.catchUpLimit))
  }

  /// What a slot of this epoch emits, in grains.
  func rate(_ supply: Supply?) -> UInt64 {
    Emission.rate(issued: startIssued == .max ? supply?.razIssued ?? 0 : startIssued)
  }
}

extension EpochClock {
  /// What a stretch of slots emitted, in grains; `issued` is the sum of all that is given out and set aside.
  struct Accrual: Equatable {
    var issued: UInt64 = 0
    var toIncentives: UInt64 = 0
    /// What the ended epochs owe to validators.
    var due: UInt64 = 0
  }

  /// Counts slots epoch by epoch: each emits at the rate that was right when it began.
  /// - Parameter issued: grains issued before.
  /// - Complexity: O(epochs), at most `catchUpLimit`.
  mutating func advance(
    to target: UInt64, issued: UInt64, parameters: Parameters, hasValidators: Bool
  ) -> Accrual {
    var accrual = Accrual()
    if startIssued == .max { startIssued = issued }
    for _ in 0..<Self.catchUpLimit where slot < target {
      let (sum, overflow) = startSlot.addingReportingOverflow(parameters.epochSlots)
      let end = overflow ? UInt64.max : sum
      let next = min(target, end)
      let emitted = Emission.amount(
        slots: next - slot, rate: Emission.rate(issued: startIssued), issued: issued + accrual.issued)
      let share =
        hasValidators ? UInt64(clamping: UInt128(emitted) * UInt128(parameters.validatorShare) / 1_000_000) : 0
      accrual.issued += emitted
      accrual.toIncentives += emitted - share
      pending += share
      slot = next
      guard slot == end else { continue }
      accrual.due += pending
      (number, startSlot, startIssued, pending) = (number + 1, slot, issued + accrual.issued, 0)
    }
    if slot < target { (slot, startSlot) = (target, target) }
    return accrual
  }
}

extension StateKey<EpochClock> {
  public static var epochClock: Self { Self(.epoch) }
}

extension LedgerContext {
  /// The clock; a fresh one where there is none yet.
  public var epochClock: EpochClock {
    mutating get { state.get(.epochClock) ?? EpochClock(origin: block.time) }
  }

  /// The epoch that block time is in, whether its slots have been counted yet, as in a block, or not, as in the filter
  /// before it.
  var currentEpoch: UInt64 {
    mutating get {
      let clock = epochClock
      return clock.number(at: clock.slot(at: block.time, slotTime: parameters.slotTime), parameters: parameters)
    }
  }
}
