/// The feed-forward block as SPEC.md, 3.7, 3.12 and 3.13, has it.
struct ReferenceFeedForward: Sendable {
  /// What stands between the quantised input and the residual stream, with its weights.
  enum Body: Sendable {
    case gated(ReferenceGatedNetwork)
    case plain(ReferencePlainNetwork)
    case experts(ReferenceExperts)
  }

  let feedForward: FeedForward
  let body: Body

  init(_ feedForward: FeedForward, in program: Program) {
    self.feedForward = feedForward
    switch feedForward.body {
    case .gated(let network): body = .gated(ReferenceGatedNetwork(network, in: program))
    case .plain(let network): body = .plain(ReferencePlainNetwork(network, in: program))
    case .experts(let experts): body = .experts(ReferenceExperts(experts, in: program))
    }
  }

  /// What the block adds to the residual stream.
  func apply(_ residual: [Int64]) -> [Int64] {
    let (row, scale) = feedForward.norm.quantized(residual, site: feedForward.inputSite)
    switch body {
    case .gated(let network): return network.apply(row.values, scale: scale)
    case .plain(let network): return network.apply(row.values, scale: scale)
    case .experts(let experts): return experts.apply(row.values, scale: scale)
    }
  }
}

/// down(activation(gate) · up).
struct ReferenceGatedNetwork: Sendable {
  let network: GatedNetwork
  let gate: ReferenceMatrix
  let up: ReferenceMatrix
  let down: ReferenceMatrix

  init(_ network: GatedNetwork, in program: Program) {
    self.network = network
    gate = ReferenceMatrix(program.weights(of: network.gate))
    up = ReferenceMatrix(program.weights(of: network.up))
    down = ReferenceMatrix(program.weights(of: network.down))
  }

  /// - Parameter outputWeight: multiplies the inner row's scale, 15 fraction bits; `nil` for none.
  func apply(_ operands: [Int64], scale: RowScale, outputWeight: Int64? = nil) -> [Int64] {
    let gates = gate.apply(operands, scale: scale)
    let ups = up.apply(operands, scale: scale)
    let products = zip(gates, ups).map {
      network.activation.apply($0, fraction: network.gate.outputFraction) * $1
    }
    let (inner, innerScale) = network.downSite.quantized(products, fraction: network.productFraction)
    return down.apply(inner.values, scale: outputWeight.map { innerScale.weighted(by: $0) } ?? innerScale)
  }
}

/// down(activation(up)).
struct ReferencePlainNetwork: Sendable {
  let network: PlainNetwork
  let up: ReferenceMatrix
  let down: ReferenceMatrix

  init(_ network: PlainNetwork, in program: Program) {
    self.network = network
    up = ReferenceMatrix(program.weights(of: network.up))
    down = ReferenceMatrix(program.weights(of: network.down))
  }

  func apply(_ operands: [Int64], scale: RowScale) -> [Int64] {
    let fraction = network.up.outputFraction
    let inner = up.apply(operands, scale: scale).map { network.activation.apply($0, fraction: fraction) }
    let (row, rowScale) = network.downSite.quantized(inner, fraction: fraction)
    return down.apply(row.values, scale: rowScale)
  }
}

/// The router, the experts that it chooses, and the network that all tokens share.
struct ReferenceExperts: Sendable {
  let experts: Experts
  let router: ReferenceMatrix
  let networks: [ReferenceGatedNetwork]
  let shared: ReferenceGatedNetwork?

  init(_ experts: Experts, in program: Program) {
    self.experts = experts
    router = ReferenceMatrix(program.weights(of: experts.router))
    networks = experts.networks.map { ReferenceGatedNetwork($0, in: program) }
    shared = experts.shared.map { ReferenceGatedNetwork($0, in: program) }
  }

  func apply(_ operands: [Int64], scale: RowScale) -> [Int64] {
    let chosen = experts.route(router.apply(operands, scale: scale))
    var sum =
      shared?.apply(operands, scale: scale) ?? Array(repeating: 0, count: experts.networks[0].down.rows)
    for (index, weight) in zip(chosen.experts, chosen.weights) where weight > 0 {
      let output =
        switch experts.placement {
        case .input: networks[index].apply(operands, scale: scale.weighted(by: weight))
        case .output: networks[index].apply(operands, scale: scale, outputWeight: weight)
        }
      sum = zip(sum, output).map { $0 + $1 }
    }
    return sum
  }
}

extension FeedForward.Activation {
  /// rs(x · TABLE[idx], 16), where the factor saturates and x does not; or max(x, 0).
  func apply(_ x: Int64, fraction: Int) -> Int64 {
    if self == .relu { return max(x, 0) }
    let table = self == .silu ? Tables.sigmoid : Tables.normal
    let index = min(1023, max(0, rs(x, fraction - 6) + 512))
    return rs(x * Int64(table[Int(index)]), 16)
  }
}
