import CKernels
import Program

/// One weight matrix in the mapped file and the products with it (SPEC.md, 3.4).
struct Linear: Sendable {
  let weights: PackedWeights
  var rows: Int { weights.matrix.rows }
  var panelCount: Int { (rows + Self.panelRows - 1) / Self.panelRows }

  static let panelRows = Int(razao_panel_rows)
  static let panelGroup = Int(razao_panel_group)

  /// Where a product goes: token t's row n at `start[(t - firstToken) * stride + n]`.
  struct Output {
    let start: UnsafeMutablePointer<Int64>
    let stride: Int
    var firstToken = 0

    func row(_ token: Int) -> UnsafeMutablePointer<Int64> { start + (token - firstToken) * stride }
  }

  /// Multiplies several matrices with the same operands, their panels shared out between threads.
  static func apply(
    _ products: [(linear: Linear, output: Output)], _ operands: Operands, tokens: Range<Int>, parallel: Parallel
  ) {
    let panelCount = products.reduce(0) { $0 + $1.linear.panelCount }
    let work = panelCount * panelRows * operands.columns * tokens.count
    parallel.run(panelCount, work: work) { panels in
      var first = 0
      for (linear, output) in products {
        let own = panels.clamped(to: first..<first + linear.panelCount)
        for panel in own { linear.apply(panel: panel - first, operands, tokens, output) }
        first += linear.panelCount
      }
    }
  }

  /// One panel of 32 rows with every token.
  private func apply(panel: Int, _ operands: Operands, _ tokens: Range<Int>, _ output: Output) {
    let groups = (operands.columns + Self.panelGroup - 1) / Self.panelGroup
    let start = weights.panels + panel * groups * Self.panelGroup * Self.panelRows
    let (first, count, stride) = (tokens.lowerBound, tokens.count, operands.stride)
    let capacity = count * Self.panelRows
    if operands.isWide || weights.matrix.accumulatorWidth == 8 {
      withUnsafeTemporaryAllocation(of: Int64.self, capacity: capacity) { sums in
        guard let sums = sums.baseAddress else { return }
        if operands.isWide {
          razao_panel_i16_i64(start, groups, operands.words(first), stride, count, sums)
        } else {
          razao_panel_i8_i64(start, groups, operands.bytes(first), stride, count, sums)
        }
        finish(panel, sums, operands, tokens, output)
      }
    } else {
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: capacity) { sums in
        guard let sums = sums.baseAddress else { return }
        razao_panel_i8_i32(start, groups, operands.bytes(first), stride, count, sums)
        finish(panel, sums, operands, tokens, output)
      }
    }
  }

  /// out_n = rs(acc_n · (w_n·r), e + f − F_out) + bias_n.
  private func finish<Sum: FixedWidthInteger>(
    _ panel: Int, _ sums: UnsafeMutablePointer<Sum>, _ operands: Operands, _ tokens: Range<Int>, _ output: Output
  ) {
    let firstRow = panel * Self.panelRows
    let count = min(Self.panelRows, rows - firstRow)
    weights.scales.withUnsafeBufferPointer { scales in
      for (index, token) in tokens.enumerated() {
        let mantissa = operands.mantissas.start[token]
        let shift = weights.matrix.exponent + operands.exponents.start[token] - weights.matrix.outputFraction
        let row = output.row(token) + firstRow
        let sums = sums + index * Self.panelRows
        if shift > 0, shift <= 62 {
          let half = Int64(1) &<< Int64(shift - 1)
          for n in 0..<count {
            row[n] = (Int64(sums[n]) &* (Int64(scales[firstRow + n]) &* mantissa) &+ half) &>> Int64(shift)
          }
        } else {
          for n in 0..<count { row[n] = rs(Int64(sums[n]) &* (Int64(scales[firstRow + n]) &* mantissa), shift) }
        }
      }
    }
    guard !weights.biases.isEmpty else { return }
    for token in tokens {
      let row = output.row(token) + firstRow
      for n in 0..<count { row[n] &+= weights.biases[firstRow + n] }
    }
  }
}
