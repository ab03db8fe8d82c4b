/// The gated feed-forward network as SPEC.md, 3.7, has it.
struct ReferenceFeedForward: Sendable {
  let feedForward: FeedForward
  let gate: ReferenceMatrix
  let up: ReferenceMatrix
  let down: ReferenceMatrix

  init(_ feedForward: FeedForward, in program: Program) {
    self.feedForward = feedForward
    gate = ReferenceMatrix(program.weights(of: feedForward.gate))
    up = ReferenceMatrix(program.weights(of: feedForward.up))
    down = ReferenceMatrix(program.weights(of: feedForward.down))
  }

  /// What the network adds to the residual stream.
  func apply(_ residual: [Int64]) -> [Int64] {
    let (row, scale) = feedForward.norm.quantized(residual, site: feedForward.inputSite)
    let gates = gate.apply(row.values, scale: scale)
    let ups = up.apply(row.values, scale: scale)
    let products = zip(gates, ups).map { activated($0) * $1 }
    let (operands, productScale) = feedForward.downSite.quantized(products, fraction: feedForward.productFraction)
    return down.apply(operands.values, scale: productScale)
  }

  /// rs(g · TABLE[idx], 16): the factor saturates, the gate does not.
  private func activated(_ gate: Int64) -> Int64 {
    let table = feedForward.activation == .silu ? Tables.sigmoid : Tables.normal
    let index = min(1023, max(0, rs(gate, feedForward.gate.outputFraction - 6) + 512))
    return rs(gate * Int64(table[Int(index)]), 16)
  }
}
