import Program

/// Keeps the rows of operands that matrices are multiplied with, for an importer that rounds weights with error feedback.
///
/// Matrices that share operands share the rows of the first of them.
package final class OperandStatistics {
  /// The rows of one matrix.
  package struct Rows: Equatable, Sendable {
    package fileprivate(set) var columns = 0
    /// Shape (rows, columns).
    package fileprivate(set) var values: [Int16] = []
    /// Row scales: real = value · mantissa · 2^−exponent.
    package fileprivate(set) var mantissas: [Int64] = []
    package fileprivate(set) var exponents: [Int] = []
  }

  /// By the index of the first matrix that the operands were multiplied with.
  package private(set) var rows: [Int: Rows] = [:]
  /// By the index of any matrix: the index of the one that keeps its rows.
  package private(set) var keepers: [Int: Int] = [:]

  package init() {}

  /// Called with the operands of one product, tokens ascending.
  func record(_ operands: Operands, tokens: Range<Int>, matrices: [Int]) {
    guard let keeper = matrices.first else { return }
    for matrix in matrices { keepers[matrix] = keeper }
    rows[keeper, default: Rows()].append(operands, tokens: tokens)
  }
}

extension OperandStatistics.Rows {
  fileprivate mutating func append(_ operands: Operands, tokens: Range<Int>) {
    columns = operands.columns
    for token in tokens {
      if operands.isWide {
        values += UnsafeBufferPointer(start: operands.words(token), count: columns)
      } else {
        values += UnsafeBufferPointer(start: operands.bytes(token), count: columns).lazy.map { Int16($0) }
      }
      mantissas.append(operands.mantissas.start[token])
      exponents.append(operands.exponents.start[token])
    }
  }
}
