import Hashing

/// The cell hashes of a trace, token-major: the cells of position 0 with layers ascending, then of position 1, ….
public enum TraceHashes {
  /// The most cells a bundle carries; the hashes of longer answers are asked for from the provider.
  public static let limit = 16_384

  /// The trace root over a grid of cell hashes: M over the layers of each position, then M over the positions.
  /// - Returns: `nil` unless there are `positions · layers` cells.
  /// - Complexity: O(cells) hashes.
  public static func root(of cells: [Digest], positions: UInt32, layers: UInt32) -> Digest? {
    guard UInt64(cells.count) == UInt64(positions) * UInt64(layers) else { return nil }
    guard layers > 0 else { return Merkle.root(of: [Digest](repeating: .zero, count: 0)) }
    var tokens = MerkleAccumulator()
    for start in stride(from: 0, to: cells.count, by: Int(layers)) {
      tokens.append(Merkle.root(of: cells[start..<start + Int(layers)]))
    }
    return tokens.root
  }
}
