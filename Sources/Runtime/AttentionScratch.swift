import Program

/// Memory for one attention head on one thread: the query, and scores and weights of the visible positions.
final class AttentionScratch {
  let row: Storage<Int64>
  /// The quantised query, i8 or i16.
  private let query: Storage<Int16>
  let scores: Storage<Int64>
  /// Exact dot products of one run of positions.
  let products: Storage<Int64>
  /// Σ p · 2^n · v, shape (headSize,).
  let totals: Storage<Int64>
  let weights: Storage<UInt32>

  init(headSize: Int, positions: Int) {
    row = Storage(headSize)
    query = Storage(headSize)
    scores = Storage(positions)
    products = Storage(CacheBlock.positionCount)
    totals = Storage(headSize)
    weights = Storage(CacheBlock.positionCount)
  }

  var narrowQuery: UnsafeMutablePointer<Int8> {
    UnsafeMutableRawPointer(query.start).assumingMemoryBound(to: Int8.self)
  }
  var wideQuery: UnsafeMutablePointer<Int16> { query.start }
}
