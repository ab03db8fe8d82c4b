import CKernels
import Hashing
import Program

/// One token of a block: whose it is, and where it stands in its sequence.
struct BatchRow {
  let sequence: SequenceState
  let token: UInt32
  let position: Int
  /// The last position that it sees: its own, or in an encoder the text's last.
  let last: Int
}

/// One block of tokens, of one sequence or of several, on its way through the layers.
struct BlockPass {
  let model: Model
  let parallel: Parallel
  let workspace: Workspace
  let rows: [BatchRow]

  var width: Int { model.graph.hiddenSize }
  var count: Int { rows.count }

  func row(_ index: Int) -> UnsafeMutablePointer<Int64> {
    workspace.rows.start + index * workspace.rowStride
  }

  func residual(_ index: Int) -> UnsafeMutablePointer<Int64> {
    workspace.residual.start + index * width
  }

  /// Where the last matrix of a layer's block writes.
  var update: Linear.Output { Linear.Output(start: workspace.update.start, stride: width) }

  /// All layers; the rows' places in their caches have been reserved.
  func run() {
    workspace.record(rows.first?.sequence.calibration?.operands)
    workspace.rotations.fill(rows, parallel: parallel)
    embed()
    let isTraced = rows.contains { $0.sequence.trace != nil }
    let cells = isTraced ? count * model.layers.count : 0
    if workspace.cells.hashes.count < cells {
      workspace.cells.hashes = [Digest](repeating: .zero, count: cells)
    }
    for (index, layer) in model.layers.enumerated() {
      attend(layer.attention, index)
      feedForward(layer.feedForward)
      if isTraced { hash(layer.attention, index) }
    }
  }

  /// Hashes of some rows' cells, layers ascending; empty where nothing is traced.
  func cells(_ rows: Range<Int>) -> ArraySlice<Digest> {
    let layers = model.layers.count
    let range = rows.lowerBound * layers..<rows.upperBound * layers
    return range.upperBound <= workspace.cells.hashes.count ? workspace.cells.hashes[range] : []
  }

  /// x_i = rs(E[t,i] · w_t, e − 16), and the position's row likewise; then the norm, if any.
  private func embed() {
    parallel.run(count, work: count * width * 4) { part in
      for index in part {
        let target = residual(index)
        target.update(repeating: 0, count: width)
        add(model.embedding, row: Int(rows[index].token), to: target)
        if let positions = model.positions { add(positions, row: rows[index].position, to: target) }
        if let norm = model.graph.embeddingNorm { RowNorm.apply(norm, to: target) }
      }
    }
  }

  private func add(_ table: PackedWeights, row: Int, to target: UnsafeMutablePointer<Int64>) {
    let shift = table.matrix.exponent - Graph.residualFraction
    let source = table.panels + row * width
    let scale = Int64(table.scales[row])
    for column in 0..<width { target[column] &+= rs(Int64(source[column]) &* scale, shift) }
  }

  /// Norm and quantiser of rows of the residual stream: operand i is made of row `source(i)`.
  func quantizeResidual(_ norm: InputNorm, _ site: QuantizerSite, count: Int, source: (Int) -> Int) {
    let operands = workspace.operands
    operands.prepare(columns: width, site: site)
    parallel.run(count, work: count * width * 16) { part in
      for index in part {
        let row = row(index)
        row.update(from: residual(source(index)), count: width)
        guard let scaled = norm.rowScale else {
          operands.quantize(row, token: index, exponent: 23 + Graph.residualFraction)
          continue
        }
        let scale = RowNorm.apply(scaled, isCentred: norm.isCentred, to: row)
        operands.quantize(row, token: index, factor: scale.root, exponent: 53 + scale.halfShift)
      }
    }
  }

  /// Quantiser of formed rows, each made by `form`.
  func quantizeRows(
    _ operands: Operands, count: Int, columns: Int, _ site: QuantizerSite, fraction: Int,
    form: (_ index: Int, UnsafeMutablePointer<Int64>) -> Void
  ) {
    operands.prepare(columns: columns, site: site)
    parallel.run(count, work: count * columns * 16) { part in
      for index in part {
        form(index, row(index))
        operands.quantize(row(index), token: index, exponent: 23 + fraction)
      }
    }
  }

  /// x ← x + update, then the norm of the sum, if any.
  func addUpdate(_ norm: FormedNorm?) {
    parallel.run(count, work: count * width * (norm == nil ? 1 : 16)) { part in
      for index in part {
        let (target, update) = (residual(index), update.row(index))
        razao_add(target, update, width)
        if let norm { RowNorm.apply(norm, to: target) }
      }
    }
  }

  /// Hashes of this layer's cells.
  private func hash(_ plan: AttentionPlan, _ layer: Int) {
    let hasher = CellHasher(attention: plan.attention, layer: layer, width: width)
    let layerCount = model.layers.count
    let memory = workspace.cells
    memory.hashes.withUnsafeMutableBufferPointer { cells in
      parallel.runParts(count, work: count * width * 64) { part, range in
        for start in stride(from: range.lowerBound, to: range.upperBound, by: CellHasher.rowLimit) {
          let indices = start..<min(range.upperBound, start + CellHasher.rowLimit)
          let cellRows = indices.compactMap { index -> CellHasher.Row? in
            let (sequence, position) = (rows[index].sequence, rows[index].position)
            guard let salt = sequence.trace?.salt(at: position) else { return nil }
            return CellHasher.Row(
              position: position, salt: salt, cache: sequence.cache, residual: residual(index),
              place: index * layerCount + layer)
          }
          hasher.hash(cellRows, scratch: &memory.scratch[part].bytes) { cells[$0] = $1 }
        }
      }
    }
  }
}

extension InputNorm {
  /// Whether the mean is taken off first.
  var isCentred: Bool { if case .layer = self { true } else { false } }
}
