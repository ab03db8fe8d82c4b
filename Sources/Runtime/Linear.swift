import CKernels
import Program

/// One weight matrix in the mapped file and the products with it (SPEC.md, 3.4).
///
/// `@unchecked Sendable`: the pointers lead into storage that `memory` owns and nobody writes after `init`.
struct Linear: @unchecked Sendable {
  let weights: PackedWeights
  /// Scales and biases where kernels can read them.
  private let memory: (scales: Storage<UInt16>, biases: Storage<Int64>?)

  init(weights: PackedWeights) {
    self.weights = weights
    memory = (Storage(weights.scales), weights.biases.isEmpty ? nil : Storage(weights.biases))
  }

  private var scales: UnsafePointer<UInt16> { UnsafePointer(memory.scales.start) }
  private var biases: UnsafePointer<Int64>? { memory.biases.map { UnsafePointer($0.start) } }

  var rows: Int { weights.matrix.rows }
  var panelCount: Int { (rows + Self.panelRows - 1) / Self.panelRows }

  static let panelRows = Int(razao_panel_rows)

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
    operands.recorder?.record(operands, tokens: tokens, matrices: products.map(\.linear.weights.matrix.index))
    operands.addUp(tokens)
    let panelCount = products.reduce(0) { $0 + $1.linear.panelCount }
    let work = panelCount * panelRows * operands.columns * tokens.count
    parallel.run(panelCount, work: work) { panels in
      var first = 0
      for (linear, output) in products {
        let own = panels.clamped(to: first..<first + linear.panelCount)
        if !own.isEmpty {
          linear.apply(panels: own.lowerBound - first..<own.upperBound - first, operands, tokens, output)
        }
        first += linear.panelCount
      }
    }
  }

  /// Some panels of 32 rows with every token.
  private func apply(panels: Range<Int>, _ operands: Operands, _ tokens: Range<Int>, _ output: Output) {
    let capacity = tokens.count * Self.panelRows
    if operands.isWide || weights.matrix.accumulatorWidth == 8 {
      withUnsafeTemporaryAllocation(of: Int64.self, capacity: capacity) { sums in
        guard let sums = sums.baseAddress else { return }
        for panel in panels {
          multiply(panel, operands, tokens, sums)
          let place = place(panel, operands, tokens, output)
          razao_finish_i64(
            sums, place.scales, place.biases, place.count, place.mantissas, place.exponents, exponent, tokens.count,
            place.row, output.stride)
        }
      }
    } else {
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: capacity) { sums in
        guard let sums = sums.baseAddress else { return }
        for panel in panels {
          multiply(panel, operands, tokens, sums)
          let place = place(panel, operands, tokens, output)
          razao_finish_i32(
            sums, place.scales, place.biases, place.count, place.mantissas, place.exponents, exponent, tokens.count,
            place.row, output.stride)
        }
      }
    }
  }

  /// Start of a panel: blocks of 4-bit weights, or bytes.
  private func start(_ panel: Int) -> UnsafePointer<Int8> { weights.panels + panel * weights.layout.panelSize }
  private func blocks(_ panel: Int) -> UnsafePointer<UInt8> {
    UnsafeRawPointer(start(panel)).assumingMemoryBound(to: UInt8.self)
  }

  /// Sums of 32 bits, shape (tokens, 32).
  private func multiply(
    _ panel: Int, _ operands: Operands, _ tokens: Range<Int>, _ sums: UnsafeMutablePointer<Int32>
  ) {
    let (layout, x, stride) = (weights.layout, operands.bytes(tokens.lowerBound), operands.stride)
    let rowSums = operands.sums.start + tokens.lowerBound
    if weights.matrix.format == .int4 {
      razao_panel_i4_i8_i32(blocks(panel), layout.blockCount, x, stride, rowSums, tokens.count, sums)
    } else {
      razao_panel_i8_i32(start(panel), layout.groupCount, x, stride, rowSums, tokens.count, sums)
    }
  }

  /// Sums of 64 bits, shape (tokens, 32).
  private func multiply(
    _ panel: Int, _ operands: Operands, _ tokens: Range<Int>, _ sums: UnsafeMutablePointer<Int64>
  ) {
    let (layout, first, stride) = (weights.layout, tokens.lowerBound, operands.stride)
    switch (weights.matrix.format, operands.isWide) {
    case (.int8, false):
      razao_panel_i8_i64(start(panel), layout.groupCount, operands.bytes(first), stride, tokens.count, sums)
    case (.int8, true):
      razao_panel_i16_i64(start(panel), layout.groupCount, operands.words(first), stride, tokens.count, sums)
    case (.int4, false):
      razao_panel_i4_i8_i64(blocks(panel), layout.blockCount, operands.bytes(first), stride, tokens.count, sums)
    case (.int4, true):
      razao_panel_i4_i16_i64(blocks(panel), layout.blockCount, operands.words(first), stride, tokens.count, sums)
    }
  }

  /// What requantising one panel's sums reads and writes: out_n = rs(acc_n · (w_n·r), e + f − F_out) + bias_n.
  private struct Place {
    let scales: UnsafePointer<UInt16>
    let biases: UnsafePointer<Int64>?
    /// Rows of the panel that the matrix has.
    let count: Int
    let mantissas: UnsafePointer<Int64>
    let exponents: UnsafePointer<Int>
    let row: UnsafeMutablePointer<Int64>
  }

  private var exponent: Int { weights.matrix.exponent - weights.matrix.outputFraction }

  private func place(_ panel: Int, _ operands: Operands, _ tokens: Range<Int>, _ output: Output) -> Place {
    let firstRow = panel * Self.panelRows
    return Place(
      scales: scales + firstRow, biases: biases.map { $0 + firstRow }, count: min(Self.panelRows, rows - firstRow),
      mantissas: operands.mantissas.start + tokens.lowerBound,
      exponents: operands.exponents.start + tokens.lowerBound, row: output.row(tokens.lowerBound) + firstRow)
  }
}
