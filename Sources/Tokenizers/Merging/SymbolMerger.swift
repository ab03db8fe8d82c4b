/// Merges the symbols of one word, best pair first, leftmost first among equals.
///
/// Symbols form a doubly linked list over the word's bytes; possible merges wait in a binary heap. An entry
/// is stale when its two symbols have changed since, which their lengths tell: symbols only ever grow.
struct SymbolMerger {
  /// A run of the word's bytes.
  struct Symbol {
    var start: Int
    var byteCount: Int
    /// The piece with these bytes, if any.
    var id: UInt32?
    var previous: Int
    var next: Int
  }

  private var symbols: [Symbol] = []
  private var heap = MergeHeap()
  /// For each unused piece that was offered, the length of its left part; the last offer counts.
  private var splits: [UInt32: Int] = [:]

  /// Merges a word.
  /// - Parameters:
  ///   - word: the word's bytes.
  ///   - symbols: its initial symbols, in order, covering it; links are set here.
  /// - Returns: what remains, in order.
  /// - Complexity: O(n log n) for n initial symbols.
  mutating func merge(
    _ word: [UInt8], initial: [Symbol], table: MergeTable, index: PieceIndex
  ) -> [Symbol] {
    symbols = initial
    heap.removeAll()
    splits.removeAll(keepingCapacity: true)
    for position in symbols.indices {
      symbols[position].previous = position - 1
      symbols[position].next = position + 1 < symbols.count ? position + 1 : -1
    }
    for position in symbols.indices.dropLast() { offer(left: position, word: word, table: table, index: index) }
    while let entry = heap.popFirst() {
      guard isCurrent(entry) else { continue }
      join(entry)
      let (previous, next) = (symbols[entry.left].previous, symbols[entry.left].next)
      if previous >= 0 { offer(left: previous, word: word, table: table, index: index) }
      if next >= 0 { offer(left: entry.left, word: word, table: table, index: index) }
    }
    let remaining = symbols.filter { $0.byteCount > 0 }
    return splits.isEmpty ? remaining : remaining.flatMap { takeApart($0, word: word, index: index) }
  }

  /// A symbol without unused pieces: those are split where they were merged, as often as needed.
  private func takeApart(_ symbol: Symbol, word: [UInt8], index: PieceIndex) -> [Symbol] {
    var output: [Symbol] = []
    var waiting = [symbol]
    while let whole = waiting.popLast() {
      guard let id = whole.id, let leftCount = splits[id] else {
        output.append(whole)
        continue
      }
      var (left, right) = (whole, whole)
      left.byteCount = leftCount
      right.start += leftCount
      right.byteCount -= leftCount
      for part in [right, left] {
        var part = part
        part.id = index[word[part.start..<part.start + part.byteCount]]
        waiting.append(part)
      }
    }
    return output
  }

  private mutating func offer(left: Int, word: [UInt8], table: MergeTable, index: PieceIndex) {
    let (first, second) = (symbols[left], symbols[symbols[left].next])
    let bytes = word[first.start..<second.start + second.byteCount]
    guard let candidate = table.candidate(left: first.id, right: second.id, bytes: bytes, index: index) else { return }
    if table.isUnused(candidate.result) { splits[candidate.result] = first.byteCount }
    heap.insert(
      .init(
        priority: candidate.priority, left: left, right: first.next, byteCount: bytes.count, result: candidate.result))
  }

  private func isCurrent(_ entry: MergeHeap.Entry) -> Bool {
    let left = symbols[entry.left]
    return left.byteCount > 0 && left.next == entry.right
      && left.byteCount + symbols[entry.right].byteCount == entry.byteCount
  }

  private mutating func join(_ entry: MergeHeap.Entry) {
    let next = symbols[entry.right].next
    symbols[entry.left].byteCount = entry.byteCount
    symbols[entry.left].id = entry.result
    symbols[entry.left].next = next
    symbols[entry.right].byteCount = 0
    if next >= 0 { symbols[next].previous = entry.left }
  }
}

/// A binary min-heap of possible merges, by priority, then by position.
struct MergeHeap {
  /// A possible merge, as it was when it was offered; small, since there are as many as symbols.
  struct Entry {
    /// Priority above, the left symbol's position below.
    let key: UInt64
    private let rightPosition: UInt32
    private let mergedByteCount: UInt32
    let result: UInt32

    /// - Precondition: positions and lengths are below 2³²; texts are shorter, normalised and escaped too.
    init(priority: UInt32, left: Int, right: Int, byteCount: Int, result: UInt32) {
      key = UInt64(priority) << 32 | UInt64(UInt32(left))
      rightPosition = UInt32(right)
      mergedByteCount = UInt32(byteCount)
      self.result = result
    }

    var left: Int { Int(key & 0xFFFF_FFFF) }
    var right: Int { Int(rightPosition) }
    var byteCount: Int { Int(mergedByteCount) }

    static func < (first: Entry, second: Entry) -> Bool {
      first.key != second.key ? first.key < second.key : first.mergedByteCount < second.mergedByteCount
    }
  }

  private var entries: [Entry] = []

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
  }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry < entries[parent] else { break }
      entries[child] = entries[parent]
      child = parent
    }
    entries[child] = entry
  }

  mutating func popFirst() -> Entry? {
    guard let last = entries.popLast() else { return nil }
    guard let first = entries.first else { return last }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
      guard entries[child] < last else { break }
      entries[hole] = entries[child]
      hole = child
    }
    entries[hole] = last
    return first
  }
}
