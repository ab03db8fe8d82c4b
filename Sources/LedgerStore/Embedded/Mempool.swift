import Hashing

/// Checked transactions that wait for a block, in the order in which they came.
struct Mempool {
  /// Transactions that may wait, and their bytes.
  static let countLimit = 65_536
  static let byteLimit = 64 << 20
  /// What one block takes.
  static let blockCountLimit = 16_384
  static let blockByteLimit = 16 << 20

  private(set) var transactions: [[UInt8]] = []
  private var ids: Set<Digest> = []
  private var byteCount = 0

  var isEmpty: Bool { transactions.isEmpty }
  var isFull: Bool { transactions.count >= Self.countLimit || byteCount >= Self.byteLimit }

  func contains(_ id: Digest) -> Bool { ids.contains(id) }

  mutating func append(_ bytes: [UInt8], id: Digest) {
    transactions.append(bytes)
    ids.insert(id)
    byteCount += bytes.count
  }

  /// Takes what the next block holds.
  mutating func takeBlock() -> [[UInt8]] {
    var (count, bytes) = (0, 0)
    while count < min(transactions.count, Self.blockCountLimit) {
      bytes += transactions[count].count
      guard bytes <= Self.blockByteLimit || count == 0 else { break }
      count += 1
    }
    let taken = Array(transactions[..<count])
    transactions.removeSubrange(..<count)
    byteCount -= taken.reduce(0) { $0 + $1.count }
    return taken
  }

  /// Forgets the ids of transactions that are in a block now.
  mutating func forget(_ committed: [Digest]) {
    for id in committed { ids.remove(id) }
  }

  /// Puts back what a block that failed had taken.
  mutating func putBack(_ taken: [[UInt8]]) {
    transactions = taken + transactions
    byteCount += taken.reduce(0) { $0 + $1.count }
  }

  mutating func removeAll() { self = Mempool() }
}
