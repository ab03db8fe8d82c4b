import CKernels

/// The unnormalised Hadamard transform in Sylvester order, in place.
enum Hadamard {
  /// Transforms consecutive blocks of a row.
  /// - Parameters:
  ///   - row: shape (count,); `block` divides `count`. The result fits by rule 4 of SPEC.md, section 5.
  ///   - block: a power of two; 1 changes nothing.
  /// - Complexity: O(count · log block) additions.
  static func transform(_ row: UnsafeMutablePointer<Int64>, count: Int, block: Int) {
    guard block > 1 else { return }
    razao_hadamard(row, count, block)
  }
}
