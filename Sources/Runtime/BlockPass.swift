import Hashing
import Program

/// One block of consecutive tokens on its way through the layers.
struct BlockPass {
  let model: Model
  let parallel: Parallel
  let cache: KeyValueCache
  let rotations: Rotations
  let workspace: Workspace
  let calibration: Calibration?
  /// Position of the first token.
  let first: Int
  /// Tokens in the block.
  let count: Int

  private var width: Int { model.graph.hiddenSize }

  private func row(_ token: Int) -> UnsafeMutablePointer<Int64> {
    workspace.rows.start + token * workspace.rowStride
  }

  private func residual(_ token: Int) -> UnsafeMutablePointer<Int64> {
    workspace.residual.start + token * width
  }

  /// x_i = rs(E[t,i] · w_t, e − 16).
  func embed(_ tokens: ArraySlice<UInt32>) {
    let table = model.embedding
    let shift = table.matrix.exponent - Graph.residualFraction
    for (index, token) in tokens.enumerated() {
      let source = table.panels + Int(token) * width
      let scale = Int64(table.scales[Int(token)])
      let target = residual(index)
      for column in 0..<width { target[column] = rs(Int64(source[column]) &* scale, shift) }
    }
  }

  /// Norm and quantiser of the residual stream; `tokens` indexes the block.
  private func quantizeResidual(_ norm: RowScaleNorm, _ site: QuantizerSite, tokens: Range<Int>) {
    let operands = workspace.operands
    operands.prepare(columns: width, site: site)
    parallel.run(tokens.count, work: tokens.count * width * 16) { part in
      for index in part {
        let token = tokens.lowerBound + index
        let row = row(token)
        row.update(from: residual(token), count: width)
        let scale = RowNorm.apply(norm, to: row)
        operands.quantize(row, token: token, factor: scale.root, exponent: 53 + scale.halfShift)
      }
    }
  }

  /// Quantiser of formed rows, one a token, made by `form`.
  private func quantizeRows(
    columns: Int, _ site: QuantizerSite, fraction: Int, form: (_ token: Int, UnsafeMutablePointer<Int64>) -> Void
  ) {
    let operands = workspace.operands
    operands.prepare(columns: columns, site: site)
    parallel.run(count, work: count * columns * 16) { part in
      for token in part {
        form(token, row(token))
        operands.quantize(row(token), token: token, exponent: 23 + fraction)
      }
    }
  }

  /// x ← x + the product of the operands with the block's last matrix.
  private func addProduct(_ linear: Linear) {
    let update = workspace.update.start
    let output = Linear.Output(start: update, stride: width)
    Linear.apply([(linear, output)], workspace.operands, tokens: 0..<count, parallel: parallel)
    let residual = workspace.residual.start
    for index in 0..<count * width { residual[index] &+= update[index] }
  }

  /// x ← x + attention(norm(x)).
  func attend(_ layer: Int) {
    let plan = model.layers[layer]
    let attention = plan.attention
    quantizeResidual(attention.norm, attention.inputSite, tokens: 0..<count)
    let queries = Linear.Output(start: workspace.first.start, stride: plan.query.rows)
    let keys = Linear.Output(start: workspace.second.start, stride: plan.key.rows)
    let values = Linear.Output(start: workspace.third.start, stride: plan.value.rows)
    Linear.apply(
      [(plan.query, queries), (plan.key, keys), (plan.value, values)], workspace.operands, tokens: 0..<count,
      parallel: parallel)
    fillCache(plan, layer, keys, values)
    attendHeads(plan, layer, queries)
    quantizeRows(columns: plan.output.weights.matrix.columns, attention.outputSite, fraction: Attention.outputFraction)
    {
      _, _ in
    }
    addProduct(plan.output)
  }

  private func fillCache(_ plan: LayerPlan, _ layer: Int, _ keys: Linear.Output, _ values: Linear.Output) {
    let writer = CacheWriter(
      attention: plan.attention, layer: layer, cache: cache, rotations: rotations, rotation: plan.rotation)
    // A calibration is told of one token after the other.
    parallel.run(count, work: calibration == nil ? count * plan.key.rows * 64 : 0) { tokens in
      for token in tokens {
        writer.append(
          keys: keys.row(token), values: values.row(token), token: token,
          position: first + token, calibration: calibration)
      }
    }
  }

  /// Every head of every token, written over the rows that the output site quantises.
  private func attendHeads(_ plan: LayerPlan, _ layer: Int, _ queries: Linear.Output) {
    let attention = plan.attention
    let size = attention.headSize
    let positions = first + count
    let work = count * attention.headCount * positions * size * 2
    parallel.run(count * attention.headCount, work: work) { items in
      let scratch = AttentionScratch(headSize: size, positions: positions)
      let head = AttentionHead(
        attention: attention, layer: layer, cache: cache, scratch: scratch, rotations: rotations,
        rotation: plan.rotation)
      withExtendedLifetime(scratch) {
        for item in items {
          let (token, index) = item.quotientAndRemainder(dividingBy: attention.headCount)
          head.attend(
            queries.row(token) + index * size, head: index, token: token,
            position: first + token, into: row(token) + index * size)
        }
      }
    }
  }

  /// x ← x + feedForward(norm(x)).
  func feedForward(_ layer: Int) {
    let plan = model.layers[layer]
    let network = plan.feedForward
    quantizeResidual(network.norm, network.inputSite, tokens: 0..<count)
    let columns = plan.gate.rows
    let gates = Linear.Output(start: workspace.first.start, stride: columns)
    let ups = Linear.Output(start: workspace.second.start, stride: columns)
    Linear.apply([(plan.gate, gates), (plan.up, ups)], workspace.operands, tokens: 0..<count, parallel: parallel)
    let activation = Activation(network)
    quantizeRows(columns: columns, network.downSite, fraction: network.productFraction) { token, row in
      activation.multiply(
        gates: gates.row(token), ups: ups.row(token), count: columns, into: row)
    }
    addProduct(plan.down)
  }

  /// Logits after some tokens of the block, a few at a time so that the head's weights are read once for all of them.
  func logits(_ tokens: Range<Int>, visit: (_ token: Int, _ logits: [Int32]) -> Void) {
    let graph = model.graph
    let vocabularyCount = graph.vocabularyCount
    quantizeResidual(graph.finalNorm, graph.headSite, tokens: tokens)
    let most = min(tokens.count, 8)
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: most * vocabularyCount) { memory in
      guard let start = memory.baseAddress else { return }
      for first in stride(from: tokens.lowerBound, to: tokens.upperBound, by: max(1, most)) {
        let part = first..<min(first + most, tokens.upperBound)
        let output = Linear.Output(start: start, stride: vocabularyCount, firstToken: first)
        Linear.apply([(model.head, output)], workspace.operands, tokens: part, parallel: parallel)
        for token in part {
          let row = UnsafeBufferPointer(start: output.row(token), count: vocabularyCount)
          visit(token, row.map { Int32(truncatingIfNeeded: $0) })
        }
      }
    }
  }

  /// Hashes of this layer's cells, one a token, into `cells` of shape (tokens, layers).
  func hash(_ layer: Int, salt: Digest, into cells: inout [Digest]) {
    let hasher = CellHasher(salt: salt, graph: model.graph, cache: cache)
    let layerCount = model.layers.count
    cells.withUnsafeMutableBufferPointer { cells in
      parallel.run(count, work: count * width * 64) { tokens in
        var scratch: [UInt8] = []
        for token in tokens {
          cells[token * layerCount + layer] = hasher.hash(
            position: first + token, layer: layer, residual: residual(token), scratch: &scratch)
        }
      }
    }
  }
}
