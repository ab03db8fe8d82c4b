import CKernels
import Program

/// What an inner value of a feed-forward network goes through (SPEC.md, 3.7 and 3.12).
struct Activation {
  /// Factors by step of 1/64; empty for max(x, 0).
  private let table: [UInt32]
  /// F − 6: the table goes in steps of 1/64.
  private let indexShift: Int

  /// - Parameter fraction: fraction bits of the values.
  init(_ kind: FeedForward.Activation, fraction: Int) {
    table =
      switch kind {
      case .silu: Tables.sigmoid
      case .gelu: Tables.normal
      case .relu: []
      }
    indexShift = fraction - 6
  }

  /// h_i = activation(g_i) · up_i.
  func multiply(
    gates: UnsafePointer<Int64>, ups: UnsafePointer<Int64>, count: Int, into row: UnsafeMutablePointer<Int64>
  ) {
    apply(gates, ups: ups, count: count, into: row)
  }

  /// rs(x_i · TABLE[idx], 16), or max(x_i, 0).
  func apply(_ values: UnsafePointer<Int64>, count: Int, into row: UnsafeMutablePointer<Int64>) {
    apply(values, ups: nil, count: count, into: row)
  }

  private func apply(
    _ values: UnsafePointer<Int64>, ups: UnsafePointer<Int64>?, count: Int, into row: UnsafeMutablePointer<Int64>
  ) {
    guard table.isEmpty else {
      razao_activate(values, ups, table, Int64(indexShift), count, row)
      return
    }
    for index in 0..<count { row[index] = max(0, values[index]) &* (ups?[index] ?? 1) }
  }
}
