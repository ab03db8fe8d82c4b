import Hashing
import Receipts

/// Shows that a batch holds a receipt that lives longer than the batch states, by which its provider could take its stake
/// away while the receipt is still evidence. Costs the provider's account `fraudPenalty`, once for a batch.
///
/// An honest provider cannot lose by it: the receipt bears its own signature and expiry, the path shows that the provider
/// itself has put it there, and the latest of its receipts' expiries is what an honest provider states.
///
/// Fields: receipt 864, signed | batch u64, of the receipt's provider | index u32 | path, list of ≤ 32 × 32.
/// Checks: of this chain (300), by a registered provider (209) that has signed it (301); the provider has such a batch
/// (311); the path leads from the receipt to its root (312); the batch was not refuted before (319); the receipt's
/// expiry is later than the batch's (318).
public struct DisputeBatch: Message {
  public static let kind: UInt16 = 65
  public static let name = "disputeBatch"
  public static let scope = KeyScope.evidence

  public var receipt: SignedReceipt
  public var batch: UInt64
  public var index: UInt32
  /// From the leaf up.
  public var path: [Digest]

  public init(receipt: SignedReceipt, batch: UInt64, index: UInt32, path: [Digest]) {
    self.receipt = receipt
    self.batch = batch
    self.index = index
    self.path = path
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      receipt: try reader.readSigned(), batch: try reader.read(), index: try reader.read(),
      path: try reader.readPath())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: receipt.encoded())
    writer.write(batch)
    writer.write(index)
    writer.writePath(path)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let provider = try ledger.signer(of: receipt)
    let hash = receipt.hash
    var anchored = try ledger.batch(provider.id, batch, holding: hash, at: index, path: path)
    guard !anchored.isRefuted else { throw Refusal(.alreadyRefuted) }
    guard receipt.body.expiry > anchored.latestExpiry else {
      throw Refusal(.soundBatch, "\(anchored.latestExpiry), the receipt's is \(receipt.body.expiry)")
    }
    anchored.isRefuted = true
    ledger.state.set(.batch(provider.id, batch), anchored)
    try ledger.convict(provider.id, provider.record, by: sender, reference: hash)
    ledger.emit("batchRefuted", [MessageField("provider", provider.id), MessageField("batch", batch)])
  }

  public var fields: [MessageField] {
    [
      MessageField("receipt", receipt.hash), MessageField("provider", receipt.body.providerKey.provider),
      MessageField("batch", batch), MessageField("index", index),
    ]
  }
}
