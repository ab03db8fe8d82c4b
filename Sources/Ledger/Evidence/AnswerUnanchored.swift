import Hashing
import Receipts

/// Shows where a claimed receipt is anchored; anybody may, since the proof speaks for itself.
///
/// Fields: claim 32 | batch u64 | index u32 | path, list of ≤ 32 × 32.
/// Checks: there is such a claim (306), about a receipt (310), open (307), its deadline not passed (308); the provider
/// has such a batch (311); the path leads from the receipt to its root (312); the batch's height is below the
/// claim's (313), so that nobody anchors because he was caught.
/// The deposit goes to the provider's account when the batch was anchored by `finished + anchorWindow`, and back to the
/// claimant when it was later.
public struct AnswerUnanchored: Message {
  public static let kind: UInt16 = 61
  public static let name = "answerUnanchored"
  public static let scope = KeyScope.provider

  public var claim: Digest
  public var batch: UInt64
  public var index: UInt32
  /// From the leaf up.
  public var path: [Digest]

  public init(claim: Digest, batch: UInt64, index: UInt32, path: [Digest]) {
    self.claim = claim
    self.batch = batch
    self.index = index
    self.path = path
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      claim: try reader.readDigest(), batch: try reader.read(), index: try reader.read(), path: try reader.readPath())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(claim)
    writer.write(batch)
    writer.write(index)
    writer.writePath(path)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let record = try ledger.answerable(claim, .unanchored)
    let anchored = try ledger.batch(record.provider, batch, holding: record.subject, at: index, path: path)
    guard anchored.height < record.height else {
      throw Refusal(.anchoredTooLate, "anchored at \(anchored.height), claimed at \(record.height)")
    }
    try ledger.answer(claim, record, wasIdle: anchored.time <= record.dueBy)
  }

  public var fields: [MessageField] {
    [MessageField("claim", claim), MessageField("batch", batch), MessageField("index", index)]
  }
}

extension LedgerContext {
  /// The batch in which a receipt stands.
  /// - Throws: `unknownBatch`, `notIncluded`.
  mutating func batch(
    _ provider: Digest, _ number: UInt64, holding receipt: Digest, at index: UInt32, path: [Digest]
  ) throws(Refusal) -> Batch {
    guard let batch = state.get(.batch(provider, number)) else { throw Refusal(.unknownBatch, "batch \(number)") }
    let leaf = ReceiptBatch.leaf(receipt)
    guard Merkle.verify(leaf, at: index, count: batch.count, path: path, root: batch.root) else {
      throw Refusal(.notIncluded, "index \(index) of \(batch.count)")
    }
    return batch
  }
}
