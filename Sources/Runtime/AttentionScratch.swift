import Program

/// Memory for one attention head on one thread: the query, and scores and weights of the visible positions.
final class AttentionScratch {
  let row: Storage<Int64>
  /// The quantised query, i8 or i16.
  private let query: Storage<Int16>
  private(set) var scores = Storage<Int64>(0)
  /// Where each run of positions lies in the cache.
  private(set) var spans = Storage<HeadSpan>(2)
  /// Exact dot products of one run of positions.
  let products: Storage<Int64>
  /// Σ p · 2^n · v, shape (headSize,).
  let totals: Storage<Int64>
  let weights: Storage<UInt32>

  init(headSize: Int) {
    row = Storage(headSize)
    query = Storage(headSize)
    products = Storage(CacheBlock.positionCount)
    totals = Storage(headSize)
    weights = Storage(CacheBlock.positionCount)
  }

  /// Makes room for the scores of so many positions; grows by doubling.
  func reserve(positions: Int) {
    guard positions > scores.count else { return }
    scores = Storage(max(positions, 2 * scores.count, CacheBlock.positionCount))
    // A run ends with a block of the cache, and the first may begin within one.
    spans = Storage(scores.count / CacheBlock.positionCount + 2)
  }

  var narrowQuery: UnsafeMutablePointer<Int8> {
    UnsafeMutableRawPointer(query.start).assumingMemoryBound(to: Int8.self)
  }
  var wideQuery: UnsafeMutablePointer<Int16> { query.start }
}
