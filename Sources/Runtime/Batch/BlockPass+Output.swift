import Program

extension BlockPass {
  /// Logits after some rows, as many at a time as there is memory for, so that the head's weights are read once for all
  /// of them.
  /// - Parameters:
  ///   - owners: shape (wanted,): rows of different owners may be visited by several threads at once; `nil` for one after
  ///     the other.
  ///   - visit: the index in `wanted`, and the logits.
  func logits(_ wanted: [Int], owners: [Int]?, visit: (_ index: Int, _ logits: [Int32]) -> Void) {
    guard !wanted.isEmpty, let plan = model.head else { return }
    let (memory, vocabularyCount) = (workspace.logits, model.graph.vocabularyCount)
    quantizeResidual(plan.head.norm, plan.head.site, count: wanted.count) { wanted[$0] }
    let most = memory.reserve(wanted.count)
    for first in stride(from: 0, to: wanted.count, by: most) {
      let part = first..<min(first + most, wanted.count)
      let output = Linear.Output(start: memory.sums.start, stride: vocabularyCount, firstToken: first)
      Linear.apply([(plan.linear, output)], workspace.operands, tokens: part, parallel: parallel)
      let shares = owners.map { owners in part.split { owners[$0] } } ?? [part]
      parallel.runParts(shares.count, work: part.count * vocabularyCount * 32) { thread, range in
        for index in shares[range].joined() { memory.visit(output.row(index), thread: thread) { visit(index, $0) } }
      }
    }
  }

  /// The vector of a text that some rows are, 24 fraction bits (SPEC.md, 3.14).
  func pooled(_ rows: Range<Int>, dimensions: Int) -> [Int32] {
    guard case .embedding(let pooling) = model.graph.output else { return [] }
    let sums = row(rows.lowerBound)
    sums.update(from: residual(rows.lowerBound), count: dimensions)
    if pooling == .mean {
      for index in rows.dropFirst() {
        let source = residual(index)
        for column in 0..<dimensions { sums[column] &+= source[column] }
      }
    }
    RowNorm.scaleToUnitLength(sums, dimensions, fraction: Encoding.fraction)
    return (0..<dimensions).map { Int32(truncatingIfNeeded: sums[$0]) }
  }
}

extension Range<Int> {
  /// The parts in which consecutive indices have one key.
  func split(_ key: (Int) -> Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for index in self {
      if let last = parts.last, key(last.lowerBound) == key(index) {
        parts[parts.count - 1] = last.lowerBound..<index + 1
      } else {
        parts.append(index..<index + 1)
      }
    }
    return parts
  }
}
