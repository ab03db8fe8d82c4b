import Program

extension BlockPass {
  /// x ← x + attention(norm(x)): every row writes its keys and values, then all attend.
  func attend(_ plan: AttentionPlan, _ layer: Int) {
    let attention = plan.attention
    quantizeResidual(attention.norm, attention.inputSite, count: count) { $0 }
    let queries = Linear.Output(start: workspace.first.start, stride: plan.query.rows)
    let keys = Linear.Output(start: workspace.second.start, stride: plan.key.rows)
    let values = Linear.Output(start: workspace.third.start, stride: plan.value.rows)
    Linear.apply(
      [(plan.query, queries), (plan.key, keys), (plan.value, values)], workspace.operands, tokens: 0..<count,
      parallel: parallel)
    fillCaches(plan, layer, keys, values)
    attendHeads(plan, layer, queries)
    quantizeRows(
      workspace.operands, count: count, columns: plan.output.weights.matrix.columns, attention.outputSite,
      fraction: Attention.outputFraction
    ) { _, _ in }
    Linear.apply([(plan.output, update)], workspace.operands, tokens: 0..<count, parallel: parallel)
    addUpdate(attention.postNorm)
  }

  private func fillCaches(_ plan: AttentionPlan, _ layer: Int, _ keys: Linear.Output, _ values: Linear.Output) {
    let writer = CacheWriter(
      attention: plan.attention, layer: layer, rotations: workspace.rotations, rotation: plan.rotation)
    // A calibration is told of one token after the other.
    let isWatched = rows.contains { $0.sequence.calibration != nil }
    parallel.run(count, work: isWatched ? 0 : count * plan.key.rows * 64) { part in
      for index in part {
        let (sequence, position) = (rows[index].sequence, rows[index].position)
        writer.append(
          keys: keys.row(index), values: values.row(index), token: index, position: position, cache: sequence.cache,
          calibration: sequence.calibration)
      }
    }
  }

  /// Every head of every row, written over the rows that the output site quantises.
  private func attendHeads(_ plan: AttentionPlan, _ layer: Int, _ queries: Linear.Output) {
    let attention = plan.attention
    let (heads, size) = (attention.headCount, attention.headSize)
    var (seen, longest) = (0, 0)
    for row in rows {
      let count = attention.visible(from: row).count
      seen += count
      longest = max(longest, count)
    }
    parallel.runParts(count * heads, work: seen * heads * size * 2) { part, items in
      let scratch = workspace.attention[part]
      scratch.reserve(positions: longest)
      let head = AttentionHead(
        attention: attention, layer: layer, scratch: scratch, rotations: workspace.rotations, rotation: plan.rotation)
      for item in items {
        // Head after head, so that one head's keys and values stay in the first cache for all rows.
        let (number, index) = item.quotientAndRemainder(dividingBy: count)
        let row = rows[index]
        let place = AttentionHead.Place(
          cache: row.sequence.cache, token: index, position: row.position, visible: attention.visible(from: row))
        head.attend(
          queries.row(index) + number * size, head: number, place, into: self.row(index) + number * size)
      }
    }
  }
}

extension Attention {
  /// The positions that a row attends to.
  func visible(from row: BatchRow) -> ClosedRange<Int> {
    // An encoder has neither window nor chunks.
    row.last > row.position ? 0...row.last : firstVisible(from: row.position)...row.last
  }
}
