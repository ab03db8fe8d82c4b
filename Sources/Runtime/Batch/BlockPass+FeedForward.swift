import Program

extension BlockPass {
  /// x ← x + feedForward(norm(x)).
  func feedForward(_ plan: FeedForwardPlan) {
    quantizeResidual(plan.norm, plan.inputSite, count: count) { $0 }
    let operands = workspace.operands
    switch plan.body {
    case .gated(let network): apply(network, operands, count: count, inner: operands, into: update)
    case .plain(let network): apply(network, operands)
    case .experts(let experts): route(experts, operands)
    }
    addUpdate(plan.postNorm)
  }

  /// down(activation(gate) · up) of the first `count` operands.
  /// - Parameters:
  ///   - inner: operands of `down`; may be the given ones, which are not needed by then.
  ///   - adjust: changes the row scale of one of them.
  func apply(
    _ plan: GatedPlan, _ operands: Operands, count: Int, inner: Operands, into output: Linear.Output,
    adjust: (_ index: Int) -> Void = { _ in }
  ) {
    let columns = plan.gate.rows
    let gates = Linear.Output(start: workspace.first.start, stride: columns)
    let ups = Linear.Output(start: workspace.second.start, stride: columns)
    Linear.apply([(plan.gate, gates), (plan.up, ups)], operands, tokens: 0..<count, parallel: parallel)
    let network = plan.network
    quantizeRows(inner, count: count, columns: columns, network.downSite, fraction: network.productFraction) {
      plan.activation.multiply(gates: gates.row($0), ups: ups.row($0), count: columns, into: $1)
    }
    for index in 0..<count { adjust(index) }
    Linear.apply([(plan.down, output)], inner, tokens: 0..<count, parallel: parallel)
  }

  /// down(activation(up)).
  private func apply(_ plan: PlainPlan, _ operands: Operands) {
    let columns = plan.up.rows
    let ups = Linear.Output(start: workspace.first.start, stride: columns)
    Linear.apply([(plan.up, ups)], operands, tokens: 0..<count, parallel: parallel)
    let network = plan.network
    quantizeRows(
      operands, count: count, columns: columns, network.downSite, fraction: network.up.outputFraction
    ) {
      plan.activation.apply(ups.row($0), count: columns, into: $1)
    }
    Linear.apply([(plan.down, update)], operands, tokens: 0..<count, parallel: parallel)
  }
}
