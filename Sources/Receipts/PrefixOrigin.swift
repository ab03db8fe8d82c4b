import Hashing

/// Where a cached prefix comes from: the receipt that committed its cells first, what their hashes were salted with, the
/// root over its positions, and the proof that it lies under that receipt's trace root.
public struct PrefixOrigin: Equatable, Sendable {
  /// Most hashes of a path: two for each level of a tree over 2^32 positions.
  public static let pathLimit = 64

  public var receipt: SignedReceipt
  /// `Blinds.trace` of the job that the receipt is of. With it whoever guesses that job's tokens can confirm the guess,
  /// which is why prefixes are shared only among requests that name the same secret key.
  public var traceBlind: Digest
  /// The trace root over the prefix's positions, under that salt.
  public var root: Digest
  /// A consistency proof (RFC 9162, 2.1.4) between the trees over the prefix's positions and over the receipt's.
  public var path: [Digest]

  public init(receipt: SignedReceipt, traceBlind: Digest, root: Digest, path: [Digest]) {
    self.receipt = receipt
    self.traceBlind = traceBlind
    self.root = root
    self.path = path
  }

  /// The salt of the prefix's cells.
  public var salt: Digest { Blinds.traceSalt(provider: receipt.body.provider, traceBlind: traceBlind) }

  /// Whether this is what a receipt states as its cached prefix.
  public func opens(_ prefix: CachedPrefix) -> Bool {
    prefix == CachedPrefix(length: prefix.length, root: root, traceBlind: traceBlind)
  }

  /// Whether the receipt's tree begins with so many positions under the root.
  public func contains(length: UInt32) -> Bool {
    TreePrefix(length: Int(length), root: root).isPrefix(
      of: receipt.body.trace.root, length: Int(receipt.body.trace.positions), path: path)
  }

  /// The field of a bundle: receipt, blind, root, path.
  func encoded() -> [UInt8] {
    receipt.encoded() + traceBlind.bytes + root.bytes + path.flatMap { Array($0.bytes) }
  }

  static let fixedByteCount = SignedReceipt.byteCount + 64

  /// - Returns: `nil` for a field that is not receipt, blind, root and at most `pathLimit` whole hashes.
  init?(field: [UInt8]) throws(ReceiptDecodingError) {
    let rest = field.count - Self.fixedByteCount
    guard rest >= 0, rest.isMultiple(of: 32), rest / 32 <= Self.pathLimit,
      let blind = Digest(field[SignedReceipt.byteCount..<SignedReceipt.byteCount + 32]),
      let root = Digest(field[SignedReceipt.byteCount + 32..<Self.fixedByteCount])
    else { return nil }
    receipt = try SignedReceipt(decoding: Array(field.prefix(SignedReceipt.byteCount)))
    traceBlind = blind
    self.root = root
    path = stride(from: Self.fixedByteCount, to: field.count, by: 32).compactMap { Digest(field[$0..<$0 + 32]) }
  }
}

/// The first leaves of a Merkle tree, by their own root.
public struct TreePrefix: Equatable, Sendable {
  public var length: Int
  public var root: Digest

  public init(length: Int, root: Digest) {
    self.length = length
    self.root = root
  }

  /// Verifies a consistency proof as RFC 9162, 2.1.4.2, does.
  /// - Returns: whether the path shows that a tree of `length` leaves with `root` begins with this prefix.
  /// - Complexity: O(log length) hashes; a path of any other length is refused.
  public func isPrefix(of root: Digest, length: Int, path: [Digest]) -> Bool {
    guard self.length >= 1, self.length <= length else { return false }
    if self.length == length { return path.isEmpty && self.root == root }
    var steps = path[...]
    if self.length.nonzeroBitCount == 1 { steps = [self.root] + steps }
    guard var old = steps.popFirst() else { return false }
    var new = old
    var (place, last) = (self.length - 1, length - 1)
    while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
    for step in steps {
      guard last > 0 else { return false }
      if place & 1 == 1 || place == last {
        old = Merkle.node(step, old)
        new = Merkle.node(step, new)
        while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
      } else {
        new = Merkle.node(new, step)
      }
      (place, last) = (place >> 1, last >> 1)
    }
    return last == 0 && old == self.root && new == root
  }

  /// The proof that the first `length` of some leaves are their prefix (RFC 9162, 2.1.4.1).
  /// - Precondition: 1 ≤ length ≤ leaves.count.
  /// - Complexity: O(leaves) hashes.
  public static func path(length: Int, of leaves: ArraySlice<Digest>) -> [Digest] {
    precondition((1...leaves.count).contains(length))
    return path(length, leaves, isWhole: true)
  }

  private static func path(_ length: Int, _ leaves: ArraySlice<Digest>, isWhole: Bool) -> [Digest] {
    if length == leaves.count { return isWhole ? [] : [Merkle.root(of: leaves)] }
    let split = 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
    let middle = leaves.startIndex + split
    if length <= split {
      return path(length, leaves[..<middle], isWhole: isWhole) + [Merkle.root(of: leaves[middle...])]
    }
    return path(length - split, leaves[middle...], isWhole: false) + [Merkle.root(of: leaves[..<middle])]
  }
}
