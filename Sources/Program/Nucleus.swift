/// What top-k and top-p keep of a row of logits, without ranking all of it (SPEC.md, 3.9, step 4).
///
/// Tokens rank by (ℓ descending, id ascending); weights never rise along the ranks. What is dropped gets weight 0.
struct Nucleus {
  let logits: UnsafeBufferPointer<Int64>
  /// Shape (tokens,), each below 2^31.
  let weights: UnsafeMutableBufferPointer<UInt32>

  static func sum(_ weights: UnsafeMutableBufferPointer<UInt32>) -> UInt64 {
    weights.reduce(0) { $0 + UInt64($1) }
  }

  /// Whether a sum of weights is at least `share` ten-thousandths of a total.
  private func reaches(_ sum: UInt64, share: Int, of total: UInt64) -> Bool {
    UInt128(sum) * 10_000 >= UInt128(share) * UInt128(total)
  }

  /// Keeps the shortest start of the first `count` ranks that has the share of their weights.
  /// - Complexity: O(tokens · log count).
  func keep(first count: Int, share: Int) {
    let ranked = ranked(first: count)
    let kept = ranked.map { weights[$0] }
    let total = kept.reduce(UInt64(0)) { $0 + UInt64($1) }
    weights.update(repeating: 0)
    var sum: UInt64 = 0
    for (index, weight) in zip(ranked, kept) {
      weights[index] = weight
      sum += UInt64(weight)
      if share < 10_000, reaches(sum, share: share, of: total) { break }
    }
  }

  /// Keeps the shortest start of the ranks that has the share of all weights.
  ///
  /// Weights of more bits rank before those of fewer, so only the bit length at which the share is reached is sorted.
  func keep(share: Int) {
    var sums = [UInt64](repeating: 0, count: 33)
    for weight in weights { sums[Self.length(weight)] += UInt64(weight) }
    let total = sums.reduce(0, +)
    var sum: UInt64 = 0
    var length = 32
    while length > 0, !reaches(sum + sums[length], share: share, of: total) {
      sum += sums[length]
      length -= 1
    }
    var last: [Int] = []
    for (index, weight) in weights.enumerated() {
      if Self.length(weight) == length { last.append(index) }
      if Self.length(weight) < length { weights[index] = 0 }
    }
    var isFull = false
    for index in last.sorted(by: precedes) {
      if isFull { weights[index] = 0 } else { sum += UInt64(weights[index]) }
      isFull = isFull || reaches(sum, share: share, of: total)
    }
  }

  private static func length(_ weight: UInt32) -> Int { 32 - weight.leadingZeroBitCount }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    logits[left] != logits[right] ? logits[left] > logits[right] : left < right
  }

  /// Ids of the first ranks, in order.
  func ranked(first count: Int) -> [Int] {
    // A heap whose top is the last of those kept.
    var heap = Array(0..<count)
    for index in stride(from: count / 2 - 1, through: 0, by: -1) { sink(index, in: &heap) }
    for index in count..<logits.count where precedes(index, heap[0]) {
      heap[0] = index
      sink(0, in: &heap)
    }
    return heap.sorted(by: precedes)
  }

  private func sink(_ start: Int, in heap: inout [Int]) {
    var place = start
    while true {
      var last = place
      let child = 2 * place + 1
      if child < heap.count, precedes(heap[last], heap[child]) { last = child }
      if child + 1 < heap.count, precedes(heap[last], heap[child + 1]) { last = child + 1 }
      if last == place { return }
      heap.swapAt(place, last)
      place = last
    }
  }
}
