/// Rows of operands that one matrix was multiplied with while a program read its calibration texts.
///
/// The real value of element i of row t is values[t, i] · mantissas[t] · 2^−exponents[t].
package struct OperandRows: Sendable, Equatable {
  package let columns: Int
  /// Shape (rows, columns), row-major.
  package let values: [Int16]
  /// Shape (rows,), each in 1…4096.
  package let mantissas: [Int64]
  /// Shape (rows,).
  package let exponents: [Int]

  /// Rows in all.
  package var count: Int { mantissas.count }

  /// - Precondition: the shapes agree.
  package init(columns: Int, values: [Int16], mantissas: [Int64], exponents: [Int]) {
    precondition(values.count == columns * mantissas.count && mantissas.count == exponents.count)
    self.columns = columns
    self.values = values
    self.mantissas = mantissas
    self.exponents = exponents
  }
}

/// Operand rows of all matrices, kept once for matrices that share them.
package struct RecordedOperands: Sendable, Equatable {
  /// By the index of the matrix that keeps them.
  package var rows: [Int: OperandRows]
  /// By the index of any matrix: the index of the one that keeps its rows.
  package var keepers: [Int: Int]

  package init(rows: [Int: OperandRows] = [:], keepers: [Int: Int] = [:]) {
    self.rows = rows
    self.keepers = keepers
  }
}
