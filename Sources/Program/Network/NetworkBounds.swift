/// The proof that nothing overflows in a network: the greatest |x| of every tensor (docs/spec-networks.md, section 5).
///
/// A value of this type is the proof; there is none for a network whose bounds do not fit.
package struct NetworkBounds: Equatable, Sendable {
  /// Greatest |x| of each tensor, the input first; all below 2^47.
  private(set) package var tensors: [Int64] = []
  /// Greatest |logit|.
  package var logit: Int64 { tensors.last ?? 0 }

  /// - Parameter rowNorms: one for each matrix, in the order of the network.
  /// - Throws: `ProgramError.bound` with the place and the rule of the first bound that does not hold;
  ///   `.illegal` for a network that `check()` refuses.
  package init(network: Network, rowNorms: [RowNorms]) throws(ProgramError) {
    precondition(rowNorms.count == network.matrices.count)
    let shapes = try network.tensors()
    try append(Self.bound(of: network.input), Place("input", layer: 0))
    for (index, element) in network.operators.enumerated() {
      let place = Place(element.name, layer: index + 1)
      let bounds = element.sources.map { tensors[$0] }
      let rule = OperatorBound(
        element, bounds: bounds, fractions: element.sources.map { shapes[$0].fraction }, place: place)
      try append(rule.bound(rowNorms: rowNorms), place)
    }
    guard logit < 1 << 31 else {
      throw .bound(place: Place("logits"), rule: "a logit could reach \(logit), beyond 31 bits")
    }
  }

  private mutating func append(_ bound: UInt128, _ place: Place) throws(ProgramError) {
    guard bound < 1 << 47 else {
      throw .bound(place: place, rule: "a value could reach \(bound), beyond 47 bits")
    }
    tensors.append(Int64(bound))
  }

  /// Pictures: max over channels of ⌈255·|m|·2^−shift⌉ + |offset|. Nucleotides: 2^F.
  private static func bound(of input: InputFormat) -> UInt128 {
    switch input {
    case .picture(let format):
      format.channels.map { channel in
        scaledUp(255 * UInt128(channel.mantissa.magnitude), by: -format.shift) + UInt128(channel.offset.magnitude)
      }.max() ?? 0
    case .nucleotides(let format): 1 << UInt128(format.fraction)
    }
  }
}

/// The bound of one operator's output.
private struct OperatorBound {
  let element: NetworkOperator
  /// Bounds and fraction bits of the sources.
  let bounds: [Int64]
  let fractions: [Int]
  let place: Place

  init(_ element: NetworkOperator, bounds: [Int64], fractions: [Int], place: Place) {
    self.element = element
    self.bounds = bounds
    self.fractions = fractions
    self.place = place
  }

  func bound(rowNorms: [RowNorms]) throws(ProgramError) -> UInt128 {
    let source = UInt128(bounds[0])
    switch element {
    case .convolution(let convolution):
      return try linear(rowNorms[convolution.matrix.index], convolution.site)
    case .dense(let dense): return try linear(rowNorms[dense.matrix.index], dense.site)
    case .relu, .maximumPool, .reshape: return source
    case .clamp(_, let low, let high):
      // Clamping is monotone, so the ends of the source's range decide.
      return [-bounds[0], bounds[0]].map { UInt128(min(max($0, low), high).magnitude) }.max() ?? 0
    case .activation(_, let function): return try activation(function)
    case .add(_, _, let fraction):
      return zip(bounds, fractions).reduce(0) { $0 + scaledUp(UInt128($1.0), by: fraction - $1.1) }
    case .affine(let affine): return try self.affine(affine)
    case .averagePool(_, let window, _): return try averagePool(window)
    }
  }

  /// SPEC.md, section 5, rules 1, 3 and 4.
  private func linear(_ norms: RowNorms, _ site: QuantizerSite) throws(ProgramError) -> UInt128 {
    try checkQuantizer(block: site.block, bound: UInt128(bounds[0]), place)
    return UInt128(try LinearBound(norms, site: site, place: place).general(bounds[0], fraction: fractions[0]))
  }

  private func activation(_ function: TableActivation) throws(ProgramError) -> UInt128 {
    let index = scaledUp(UInt128(bounds[0]), by: 6 - fractions[0])
    guard bounds[0] < 1 << 43, index < 1 << 60 else {
      throw .bound(place: place, rule: "an argument could reach \(bounds[0]), beyond 43 bits")
    }
    return function == .sigmoid ? 1 << 16 : UInt128(bounds[0])
  }

  private func affine(_ affine: ChannelAffine) throws(ProgramError) -> UInt128 {
    var greatest: UInt128 = 0
    for (channel, (mantissa, offset)) in zip(affine.mantissas, affine.offsets).enumerated() {
      let product = UInt128(bounds[0]) * UInt128(mantissa.magnitude)
      guard product < 1 << 60 else {
        throw .bound(place: place, rule: "the product of channel \(channel) could reach \(product), beyond 60 bits")
      }
      let scaled = scaledUp(product, by: affine.fraction - affine.exponent - fractions[0])
      greatest = max(greatest, min(scaled, 1 << 100) + UInt128(offset.magnitude))
    }
    return greatest
  }

  /// 2·(window's area)·B + area < 2^60, the numerator of the division.
  private func averagePool(_ window: Window) throws(ProgramError) -> UInt128 {
    let numerator = UInt128(window.area) * (2 * UInt128(bounds[0]) + 1)
    guard numerator < 1 << 60 else {
      throw .bound(place: place, rule: "a sum could reach \(numerator), beyond 60 bits")
    }
    return UInt128(bounds[0])
  }
}
