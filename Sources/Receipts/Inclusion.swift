import Hashing

extension Signed<Receipt> {
  /// The receipt's name in batches and vouchers: H("razao/receipt-hash/1", the whole receipt with its signature).
  public var hash: Digest { taggedHash("razao/receipt-hash/1", encoded()) }
}

/// What a provider anchors on the ledger: the root over the receipts of many answers, in the order of finishing.
public struct ReceiptBatch: Equatable, Sendable {
  /// Most receipts of a batch.
  public static let limit = 1 << 20

  private let leaves: [Digest]
  public let root: Digest

  /// - Parameter hashes: the receipts' hashes, in the order of finishing.
  /// - Returns: `nil` for none, or for more than `limit`.
  public init?(receipts hashes: [Digest]) {
    guard (1...Self.limit).contains(hashes.count) else { return nil }
    leaves = hashes.map(Self.leaf)
    root = Merkle.root(of: leaves)
  }

  public var count: UInt32 { UInt32(leaves.count) }

  /// The siblings of one receipt's leaf, from the leaf up; `nil` when the batch has no such place.
  /// - Complexity: O(count) hashes.
  public func path(to index: UInt32) -> [Digest]? { Merkle.path(to: Int(index), of: leaves) }

  /// H("razao/batch-leaf/1", receipt hash).
  public static func leaf(_ receipt: Digest) -> Digest { taggedHash("razao/batch-leaf/1", receipt.bytes) }
}

/// What the ledger says of one batch.
public struct AnchoredBatch: Hashable, Sendable {
  public var number: UInt64
  /// Of the block that anchors it.
  public var height: UInt64
  public var root: Digest
  public var count: UInt32

  public init(number: UInt64, height: UInt64, root: Digest, count: UInt32) {
    self.number = number
    self.height = height
    self.root = root
    self.count = count
  }
}

/// Where on the ledger a receipt is anchored: chain, provider, batch, block, and the path to the batch's root.
public struct Inclusion: Equatable, Sendable {
  static let fixedByteCount = 88
  /// Sizes of the bundle's field.
  static let byteCounts = fixedByteCount...fixedByteCount + 32 * Merkle.pathLimit

  /// H("razao/chain/1", the chain's name).
  public var chain: Digest
  public var provider: Digest
  /// From 1.
  public var batch: UInt64
  public var height: UInt64
  /// Below `count`.
  public var index: UInt32
  public var count: UInt32
  /// At most `Merkle.pathLimit` hashes.
  public var path: [Digest]

  public init(
    chain: Digest, provider: Digest, batch: UInt64, height: UInt64, index: UInt32, count: UInt32, path: [Digest]
  ) {
    self.chain = chain
    self.provider = provider
    self.batch = batch
    self.height = height
    self.index = index
    self.count = count
    self.path = path
  }

  /// The batch's root that the path leads to from this receipt, which the ledger's must equal.
  /// - Returns: `nil` when the batch cannot have such a place, or the path not such a length.
  public func root(of receipt: SignedReceipt) -> Digest? { root(ofReceipt: receipt.hash) }

  /// The same from the receipt's hash.
  public func root(ofReceipt hash: Digest) -> Digest? {
    Merkle.root(from: ReceiptBatch.leaf(hash), at: index, count: count, path: path)
  }

  /// Whether the receipt is in the batch that the ledger has under this number.
  public func holds(_ receipt: SignedReceipt, in anchored: AnchoredBatch) -> Bool {
    batch == anchored.number && height == anchored.height && count == anchored.count
      && root(of: receipt) == anchored.root
  }

  /// The field of a bundle: chain, provider, batch, height, index, count, path.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(chain)
    writer.write(provider)
    writer.write([batch, height])
    writer.write([index, count])
    for hash in path { writer.write(hash) }
    return writer.bytes
  }

  /// - Returns: `nil` unless the field holds the fixed part and at most `Merkle.pathLimit` whole hashes.
  public init?(field: [UInt8]) {
    guard Self.byteCounts.contains(field.count), (field.count - Self.fixedByteCount).isMultiple(of: 32) else {
      return nil
    }
    var reader = ByteReader(field)
    do {
      chain = try reader.readDigest()
      provider = try reader.readDigest()
      batch = try reader.read()
      height = try reader.read()
      index = try reader.read()
      count = try reader.read()
      path = []
      while reader.left > 0 { path.append(try reader.readDigest()) }
    } catch {
      return nil
    }
  }
}
