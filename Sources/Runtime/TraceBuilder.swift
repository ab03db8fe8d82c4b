import Hashing

/// The trace of one sequence as it grows: cell hashes, token roots, and the root so far (SPEC.md, section 7).
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
  /// Root of each position's cells, ascending.
  package private(set) var tokenRoots: [Digest] = []
  /// Cell hashes, position-major then layer; empty unless they are kept.
  package private(set) var cells: [Digest] = []
  private var tree = MerkleAccumulator()

  init(_ options: Options) {
    self.options = options
  }

  /// M over the token roots so far.
  package var root: Digest { tree.root }
  /// Positions traced.
  package var count: Int { tokenRoots.count }

  /// Adds one position.
  /// - Parameter cells: its cells' hashes, layers ascending.
  mutating func append(_ cells: ArraySlice<Digest>) {
    let root = Merkle.root(of: cells)
    tokenRoots.append(root)
    tree.append(root)
    if options.keepsCells { self.cells.append(contentsOf: cells) }
  }

  /// Forgets all positions from `count` on.
  mutating func truncate(to count: Int) {
    guard count < tokenRoots.count else { return }
    if !tokenRoots.isEmpty { cells.removeLast(cells.count - cells.count / tokenRoots.count * count) }
    tokenRoots.removeLast(tokenRoots.count - count)
    tree = MerkleAccumulator()
    for root in tokenRoots { tree.append(root) }
  }
}
