import Hashing

/// The trace of one sequence as it grows: cell hashes, token roots, and the root so far (SPEC.md, section 7).
///
/// The trace begins where a cached prefix ends; the prefix's own token roots, under the salt that they were committed
/// with, stand beside it.
package struct TraceBuilder: Sendable {
  /// What a trace records.
  package struct Options: Sendable {
    /// Keeps payloads from being guessed from their hashes.
    package var salt: Digest
    /// Whether every cell's hash is kept, for a bundle; token roots always are.
    package var keepsCells: Bool

    package init(salt: Digest, keepsCells: Bool = false) {
      self.salt = salt
      self.keepsCells = keepsCells
    }
  }

  package let options: Options
  /// The prefix that the trace does not cover, if any: as far as it has been computed, where it is recomputed.
  package private(set) var prefix: TracedPrefix?
  /// Position where the trace begins: the prefix's length.
  package let start: Int
  /// Root of each position's cells, ascending from `start`.
  package private(set) var tokenRoots: [Digest] = []
  /// Cell hashes, position-major then layer; empty unless they are kept.
  package private(set) var cells: [Digest] = []
  private var tree = MerkleAccumulator()

  /// - Parameter prefix: what another sequence has computed and traced.
  init(_ options: Options, after prefix: TracedPrefix? = nil) {
    self.options = options
    self.prefix = prefix
    start = prefix?.length ?? 0
  }

  /// A trace whose prefix is computed again, under the salt that it was committed with.
  init(_ options: Options, recomputing claim: TracedPrefix.Claim?) {
    self.options = options
    prefix = claim.map { TracedPrefix(salt: $0.salt) }
    start = claim?.length ?? 0
  }

  /// M over the token roots so far.
  package var root: Digest { tree.root }
  /// Positions traced, those of the prefix not among them.
  package var count: Int { tokenRoots.count }

  /// M over the first token roots: what the trace's root was when it covered no more.
  package func root(ofFirst count: Int) -> Digest {
    Merkle.root(of: tokenRoots.prefix(count))
  }

  /// The salt of a position's cells.
  func salt(at position: Int) -> Digest {
    position < start ? prefix?.salt ?? options.salt : options.salt
  }

  /// Adds the next position.
  /// - Parameter cells: its cells' hashes, layers ascending.
  mutating func append(_ cells: ArraySlice<Digest>) {
    let root = Merkle.root(of: cells)
    // Not bound: another reference would make every append copy the roots so far.
    if (prefix?.length ?? start) < start {
      prefix?.append(root)
      return
    }
    tokenRoots.append(root)
    tree.append(root)
    if options.keepsCells { self.cells.append(contentsOf: cells) }
  }

  /// Forgets all traced positions but the first.
  mutating func truncate(to count: Int) {
    guard count < tokenRoots.count else { return }
    if !tokenRoots.isEmpty { cells.removeLast(cells.count - cells.count / tokenRoots.count * count) }
    tokenRoots.removeLast(tokenRoots.count - count)
    tree = MerkleAccumulator()
    for root in tokenRoots { tree.append(root) }
  }

  /// Bytes that a trace of so many positions takes, at most.
  static func byteCount(positions: Int, layers: Int, _ options: Options) -> Int {
    32 * positions * (options.keepsCells ? 1 + layers : 1)
  }
}
