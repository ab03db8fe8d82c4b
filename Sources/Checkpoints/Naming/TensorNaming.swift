/// Where the numbers of a role lie.
struct TensorLocation: Equatable, Sendable {
  /// The tensor's name in the file.
  let name: String
  /// The shape that the whole tensor must have.
  let storedShape: [Int]
  /// Where the role's part begins, in elements.
  var start = 0
  /// Elements from one column to the next where the matrix is stored with shape (inputs, outputs).
  var columnStride: Int?
}

/// How a form of files names the tensors of a configuration.
protocol TensorNaming: Sendable {
  func location(_ role: TensorRole) -> TensorLocation
  /// How query and key rows of a layer are stored.
  func rotatedOrder(layer: Int) -> TensorTable.RowOrder
  /// True for tensors that a file may hold besides, because nothing is computed from them.
  func isHarmless(_ name: String) -> Bool
}
