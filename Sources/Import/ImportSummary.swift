/// What became of the rows of all matrices.
package struct ImportSummary: Sendable, Equatable {
  package var rows: Int
  /// Rows whose integers are the source's values exactly, with norms and Hadamard blocks taken in.
  package var exactRows: Int
  package var int4Matrices = 0
}
