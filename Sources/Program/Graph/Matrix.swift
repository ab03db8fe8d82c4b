/// The shape and scales of one weight matrix; its content is a section of the program file.
package struct Matrix: Equatable, Sendable {
  /// How the weights lie in the file.
  package enum Layout: UInt8, Sendable {
    /// Row after row.
    case rows = 0
    /// Panels of 32 rows by groups of 4 columns.
    case panels = 1
  }

  /// What weights are made of.
  package enum Format: UInt8, Sendable {
    /// Any integers in −127…127.
    case int8 = 1
    /// Products σ · c, σ in 1…18 for each row and 32 columns, c in −7…7.
    case int4 = 2
  }

  /// Place in the order of the graph, which is the section's index.
  package var index = 0
  package var rows: Int
  package var columns: Int
  package var format: Format
  package var layout: Layout
  /// The real scale of row n is w_n · 2^−exponent.
  package var exponent: Int
  /// Fraction bits of the outputs.
  package var outputFraction: Int
  package var hasBias: Bool
  /// Bytes of an accumulator, 4 or 8: the narrowest that the bounds allow.
  package var accumulatorWidth: Int

  package init(
    rows: Int, columns: Int, format: Format = .int8, layout: Layout = .panels, exponent: Int, outputFraction: Int,
    hasBias: Bool = false, accumulatorWidth: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.format = format
    self.layout = layout
    self.exponent = exponent
    self.outputFraction = outputFraction
    self.hasBias = hasBias
    self.accumulatorWidth = accumulatorWidth
  }
}
