/// The unnormalised Hadamard transform in Sylvester order, in place.
enum Hadamard {
  /// Transforms consecutive blocks of a row.
  /// - Parameters:
  ///   - row: shape (count,); `block` divides `count`. The result fits by rule 4 of SPEC.md, section 5.
  ///   - block: a power of two; 1 changes nothing.
  /// - Complexity: O(count · log block) additions.
  static func transform(_ row: UnsafeMutablePointer<Int64>, count: Int, block: Int) {
    guard block > 1 else { return }
    for start in stride(from: 0, to: count, by: block) { transform(row + start, block) }
  }

  private static func transform(_ values: UnsafeMutablePointer<Int64>, _ count: Int) {
    var half = 1
    while half < count {
      for start in stride(from: 0, to: count, by: 2 * half) {
        let (low, high) = (values + start, values + start + half)
        for index in 0..<half {
          let (a, b) = (low[index], high[index])
          low[index] = a &+ b
          high[index] = a &- b
        }
      }
      half *= 2
    }
  }
}
