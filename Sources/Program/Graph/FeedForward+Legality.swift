extension Graph {
  func check(_ feedForward: FeedForward, _ layer: Int) throws(ProgramError) {
    let place = Place("feed-forward", layer: layer)
    try feedForward.norm.check(Place("feed-forward norm", layer: layer), count: hiddenSize)
    try feedForward.inputSite.check(place, columns: hiddenSize)
    switch feedForward.body {
    case .gated(let network): try check(network) { Place($0, layer: layer) }
    case .plain(let network): try check(network, layer)
    case .experts(let experts): try check(experts, layer)
    }
    try feedForward.postNorm?.check(Place("feed-forward post-norm", layer: layer), count: hiddenSize, isResidual: true)
  }

  private func check(_ network: GatedNetwork, at place: (String) -> Place) throws(ProgramError) {
    let width = network.gate.rows
    try network.gate.check(place("gate"), rows: width, columns: hiddenSize)
    try network.up.check(place("up"), rows: width, columns: hiddenSize)
    try network.downSite.check(place("down"), columns: width)
    try network.down.check(place("down"), rows: hiddenSize, columns: width, isResidual: true)
  }

  private func check(_ network: PlainNetwork, _ layer: Int) throws(ProgramError) {
    let width = network.up.rows
    try network.up.check(Place("up", layer: layer), rows: width, columns: hiddenSize)
    try network.downSite.check(Place("down", layer: layer), columns: width)
    try network.down.check(Place("down", layer: layer), rows: hiddenSize, columns: width, isResidual: true)
  }

  private func check(_ experts: Experts, _ layer: Int) throws(ProgramError) {
    let place = Place("router", layer: layer)
    let count = experts.networks.count
    try require((1...GraphLimits.expertCount).contains(count), place, "\(count) experts")
    try require((1...count).contains(experts.chosenCount), place, "\(experts.chosenCount) of \(count) experts chosen")
    try experts.router.check(place, rows: count, columns: hiddenSize, isResidual: true)
    for (index, network) in experts.networks.enumerated() {
      let place = { (name: String) in Place(name, layer: layer, expert: index) }
      try check(network, at: place)
      try require(network.isLike(experts.networks[0]), place("gate"), "unlike expert 0")
      // A weight on the output multiplies products, not biases.
      try require(
        experts.placement == .input || !network.down.hasBias, place("down"), "a bias behind a weight on the output")
    }
    if let shared = experts.shared { try check(shared) { Place("shared \($0)", layer: layer) } }
  }
}

extension GatedNetwork {
  /// Whether both differ in their weights and what follows from those alone: exponents and accumulators.
  fileprivate func isLike(_ other: GatedNetwork) -> Bool {
    activation == other.activation && downSite == other.downSite && gate.isLike(other.gate) && up.isLike(other.up)
      && down.isLike(other.down)
  }
}

extension Matrix {
  fileprivate func isLike(_ other: Matrix) -> Bool {
    rows == other.rows && columns == other.columns && format == other.format
      && outputFraction == other.outputFraction && hasBias == other.hasBias
  }
}
