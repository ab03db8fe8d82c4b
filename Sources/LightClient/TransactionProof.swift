import Hashing

/// That a transaction stands in a block: the path from it to the `dataHash` of a header.
package struct TransactionProof: Hashable, Sendable {
  /// The longest path that is read; a block's limit of 100 MB has no more transactions.
  package static let maximumDepth = 32

  /// Place in the block, from 0.
  package var index: UInt32
  /// Transactions in the block.
  package var total: UInt32
  /// Neighbours on the way up, the lowest first.
  package var path: [Digest]

  package init(index: UInt32, total: UInt32, path: [Digest]) {
    self.index = index
    self.total = total
    self.path = path
  }

  /// The root over a block's transactions: RFC 6962's tree over their SHA-256.
  package static func root(of transactions: [[UInt8]]) -> Digest {
    guard !transactions.isEmpty else { return SHA256().finalize() }
    return Merkle.root(of: transactions.map(leaf))
  }

  /// The root to which the path leads from a transaction.
  /// - Returns: `nil` when the path has not the length that place and count ask for.
  package func root(of transaction: [UInt8]) -> Digest? {
    Merkle.root(from: Self.leaf(transaction), at: index, count: total, path: path)
  }

  /// Whether the transaction stands in the header's block.
  ///
  /// *Soundness.* That it is in the block is proved; place and count are the prover's word, as the header commits to
  /// neither.
  package func proves(_ transaction: [UInt8], in header: Header) -> Bool {
    guard let dataHash = header.dataHash else { return false }
    return root(of: transaction) == dataHash
  }

  private static func leaf(_ transaction: [UInt8]) -> Digest {
    var hasher = SHA256()
    hasher.update(transaction)
    return Merkle.leaf(hasher.finalize().bytes)
  }
}
