import Hashing
import Receipts

/// Fixes the receipts that a provider has signed since its last batch, before the randomness exists that decides which
/// of them are audited. The stake behind them stays until the last has expired: `Stake.lockedUntil` rises to the stated
/// expiry, and the receipts count as open until then.
///
/// Fields: provider 32 | batch u64, from 1 | root 32 | count u32 | latest expiry u64, ms | total microcredits u64.
/// Checks: there is such a provider (209), of the sender (208), on duty or not; the number is its next (270); 1 to
/// 1,048,576 receipts (271); no expiry later than `receiptLifetime` from now (272); all open receipts of the account's
/// providers times `receiptReserve` are covered by its active stake (273).
public struct AnchorReceipts: Message {
  public static let kind: UInt16 = 50
  public static let name = "anchorReceipts"
  public static let scope = KeyScope.provider

  public var provider: Digest
  /// Consecutive, from 1.
  public var batch: UInt64
  public var root: Digest
  public var count: UInt32
  /// Milliseconds since 1970.
  public var latestExpiry: UInt64
  public var totalMicrocredits: UInt64

  public init(
    provider: Digest, batch: UInt64, root: Digest, count: UInt32, latestExpiry: UInt64, totalMicrocredits: UInt64
  ) {
    self.provider = provider
    self.batch = batch
    self.root = root
    self.count = count
    self.latestExpiry = latestExpiry
    self.totalMicrocredits = totalMicrocredits
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    provider = try reader.readDigest()
    batch = try reader.read()
    root = try reader.readDigest()
    count = try reader.read()
    latestExpiry = try reader.read()
    totalMicrocredits = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(provider)
    writer.write(batch)
    writer.write(root)
    writer.write(count)
    writer.write([latestExpiry, totalMicrocredits])
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    var record = try ledger.provider(provider, ownedBy: sender)
    let next = try LedgerContext.sum(record.batches, 1)
    guard batch == next else { throw Refusal(.batchOutOfOrder, "\(batch) where \(next) is next") }
    guard (1...UInt32(ReceiptBatch.limit)).contains(count) else { throw Refusal(.badBatchCount, "\(count)") }
    let latest = try LedgerContext.sum(ledger.block.time, ledger.parameters.receiptLifetime)
    guard latestExpiry <= latest else { throw Refusal(.farExpiry, "\(latestExpiry), over \(latest)") }
    try ledger.openReceipts(of: record.owner, count: count, expiry: latestExpiry)
    record.batches = batch
    ledger.state.set(.provider(provider), record)
    ledger.state.set(
      .batch(provider, batch),
      Batch(
        root: root, count: count, latestExpiry: latestExpiry, amount: totalMicrocredits,
        height: ledger.block.height, time: ledger.block.time))
    BeaconRules.want(&ledger)
    ledger.emit(
      "batchAnchored",
      [
        MessageField("provider", provider), MessageField("batch", batch), MessageField("root", root),
        MessageField("count", count),
      ])
  }

  public var fields: [MessageField] {
    [
      MessageField("provider", provider), MessageField("batch", batch), MessageField("root", root),
      MessageField("count", count), MessageField("latestExpiry", latestExpiry),
      MessageField("totalMicrocredits", totalMicrocredits),
    ]
  }
}

extension LedgerContext {
  /// Puts receipts under an account's stake until they expire; what has expired is forgotten first.
  /// - Throws: `exposed`.
  mutating func openReceipts(of account: Digest, count: UInt32, expiry: UInt64) throws(Refusal) {
    var stake = state.get(.stake(account)) ?? Stake()
    let (now, hourLength) = (block.time, UInt64(3_600_000))
    stake.open.removeAll { $0.hour <= now / hourLength }
    if expiry > now {
      // Rounded up: a receipt counts as open for up to an hour too long, never too short.
      let hour = (expiry - 1) / hourLength + 1
      let place = stake.open.firstIndex { $0.hour >= hour } ?? stake.open.count
      if place < stake.open.count, stake.open[place].hour == hour {
        stake.open[place].count = try Self.sum(stake.open[place].count, UInt64(count))
      } else {
        stake.open.insert(Stake.OpenReceipts(hour: hour, count: UInt64(count)), at: place)
      }
    }
    let open = stake.open.reduce(UInt128(0)) { $0 + UInt128($1.count) }
    guard open * UInt128(parameters.receiptReserve) <= UInt128(stake.active) else {
      throw Refusal(.exposed, "\(open) open receipts, \(stake.active) grains")
    }
    stake.lockedUntil = max(stake.lockedUntil, expiry)
    state.set(.stake(account), stake)
  }
}
