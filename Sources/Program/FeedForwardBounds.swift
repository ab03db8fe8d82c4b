/// Rule 8.
struct FeedForwardBounds {
  let feedForward: FeedForward
  let layer: Int
  let rowNorms: [RowNorms]
  /// Greatest |x| of the residual stream before the block.
  let residual: Int64

  func outputBound() throws(ProgramError) -> Int64 {
    let input = try BlockInput(
      feedForward.norm, feedForward.inputSite, residual: residual, Place("feed-forward norm", layer: layer))
    switch feedForward.body {
    case .gated(let network): return try bound(network, input) { Place($0, layer: layer) }
    case .plain(let network): return try bound(network, input)
    case .experts(let experts): return try bound(experts, input)
    }
  }

  private func bound(
    _ network: GatedNetwork, _ input: BlockInput, at place: (String) -> Place
  ) throws(ProgramError) -> Int64 {
    let gate = try activated(input.bound(rowNorms[network.gate.index], place("gate")), place("gate"))
    let up = try input.bound(rowNorms[network.up.index], place("up"))
    let product = saturatingProduct(gate, UInt128(up))
    try checkQuantizer(block: network.downSite.block, bound: product, place("down"))
    return try LinearBound(rowNorms[network.down.index], site: network.downSite, place: place("down"))
      .general(Int64(product), fraction: network.productFraction)
  }

  private func bound(_ network: PlainNetwork, _ input: BlockInput) throws(ProgramError) -> Int64 {
    let (place, downPlace) = (Place("up", layer: layer), Place("down", layer: layer))
    let inner = try activated(input.bound(rowNorms[network.up.index], place), place)
    try checkQuantizer(block: network.downSite.block, bound: inner, downPlace)
    return try LinearBound(rowNorms[network.down.index], site: network.downSite, place: downPlace)
      .general(Int64(inner), fraction: network.up.outputFraction)
  }

  /// The greatest |value| behind an activation.
  private func activated(_ bound: Int64, _ place: Place) throws(ProgramError) -> UInt128 {
    guard bound < 1 << 43 else {
      throw .bound(place: place, rule: "a gate could reach \(bound), beyond 43 bits")
    }
    return UInt128(bound) + 1
  }

  /// Weights are at most 1, so an expert's bound holds for its share too.
  private func bound(_ experts: Experts, _ input: BlockInput) throws(ProgramError) -> Int64 {
    let place = Place("router", layer: layer)
    _ = try input.bound(rowNorms[experts.router.index], place)
    var greatest = Int64(0)
    for (index, network) in experts.networks.enumerated() {
      greatest = max(greatest, try bound(network, input) { Place($0, layer: layer, expert: index) })
    }
    var total = UInt128(experts.chosenCount) * UInt128(greatest)
    if let shared = experts.shared {
      total += UInt128(try bound(shared, input) { Place("shared \($0)", layer: layer) })
    }
    guard total < 1 << 60 else {
      throw .bound(place: place, rule: "the sum of experts could reach \(total), beyond 60 bits")
    }
    return Int64(total)
  }
}
