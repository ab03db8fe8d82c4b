import Program

/// A network program before it is written.
struct NetworkPlan {
  let network: Network
  /// In the order of the network's matrices.
  let contents: [MatrixContent]
}

/// Turns a trained network into integers (docs/spec-import-networks.md, section 5).
struct NetworkBuilder {
  private let trained: TrainedNetwork
  private let labels: [[UInt8]]
  /// By operator; `nil` for those without weights.
  private var linears: [QuantizedLinear?] = []

  /// Fraction bits of tensors between the first and the last: the greatest at which every bound holds.
  private static let fractions = stride(from: 16, through: 6, by: -1)
  /// Fraction bits of tensor 0.
  private static let inputFraction = 16

  /// - Parameters:
  ///   - labels: one for each logit, or none.
  ///   - progress: told how many matrices are rounded.
  init(
    _ trained: TrainedNetwork, options: NetworkImportOptions, limbs: Int, labels: [[UInt8]], progress: (Int) -> Void
  ) throws(ImportError) {
    self.trained = trained
    self.labels = labels
    var count = 0
    for element in trained.operators {
      guard case .linear(let linear) = element else {
        linears.append(nil)
        continue
      }
      let site = try Self.site(linear, trained.input, options)
      linears.append(try QuantizedLinear(linear, site: site, limbCount: limbs))
      count += 1
      progress(count)
    }
  }

  /// Letters are 0 or 1: they need neither a second limb nor a Hadamard transform.
  private static func site(
    _ linear: TrainedLinear, _ input: TrainedNetwork.Input, _ options: NetworkImportOptions
  ) throws(ImportError) -> QuantizerSite {
    if case .nucleotides = input, linear.source == 0 { return QuantizerSite(block: 1, mode: .int8) }
    if linear.window != nil { return QuantizerSite(block: 1, mode: options.convolutionMode) }
    return try options.dense.resolved(columns: linear.columns, name: "dense")
  }

  /// - Throws: `ImportError.program` with the last bound that does not hold, when no fraction helps.
  func plan() throws(ImportError) -> NetworkPlan {
    var last: ProgramError?
    for fraction in Self.fractions {
      for clampsLogits in [false, true] {
        let plan = try assemble(fraction: fraction, clampsLogits: clampsLogits)
        do {
          try Self.check(plan)
          return plan
        } catch {
          guard case .bound(let place, _) = error else { throw .program(error) }
          last = error
          // Only a logit that could be too great is cut.
          if place != Place("logits") { break }
        }
      }
    }
    throw .program(last ?? .illegal(place: Place("network"), reason: "no operator"))
  }

  private static func check(_ plan: NetworkPlan) throws(ProgramError) {
    try plan.network.check()
    let norms = zip(plan.network.matrices, plan.contents).map { RowNorms(matrix: $0.matrix, content: $1) }
    _ = try NetworkBounds(network: plan.network, rowNorms: norms)
  }

  private func assemble(fraction: Int, clampsLogits: Bool) throws(ImportError) -> NetworkPlan {
    var assembly = NetworkAssembly(inputFraction: Self.inputFraction)
    let logitPath = logitPath()
    for (index, element) in trained.operators.enumerated() {
      let outputFraction = logitPath.contains(index + 1) ? Network.logitFraction : fraction
      try assembly.append(element, linears[index], fraction: outputFraction)
    }
    if clampsLogits { assembly.clampLast(to: 1 << 31 - 1) }
    let network = Network(input: try inputFormat(), operators: assembly.operators, labels: labels)
    return NetworkPlan(network: network, contents: assembly.contents)
  }

  /// The tensors whose fraction becomes the logits': the last, and those that operators hand on unchanged.
  private func logitPath() -> Set<Int> {
    var tensor = trained.operators.count
    var path: Set<Int> = []
    while tensor > 0 {
      path.insert(tensor)
      switch trained.operators[tensor - 1] {
      case .relu(let source), .clamp(let source, _, _), .maximumPool(let source, _), .averagePool(let source, _, _),
        .reshape(let source, _), .activation(let source, _):
        tensor = source
      case .linear, .affine, .add: return path
      }
    }
    return path
  }

  /// Pictures: the largest shift in 0…40 at which every |half(s·2^(F + shift))| is below 2^31.
  private func inputFormat() throws(ImportError) -> InputFormat {
    let fraction = Self.inputFraction
    guard case .picture(let shape) = trained.input else {
      return .nucleotides(NucleotideFormat(length: trained.input.shape.width, fraction: fraction))
    }
    let (scales, offsets) = (trained.pixels.scales, trained.pixels.offsets)
    let greatest = Binary64.greatestMagnitude(scales)
    let fits = { (shift: Int) in
      Binary64.roundedHalfEven(greatest * Binary64.powerOfTwo(fraction + shift)) < 0x1p31
    }
    guard trained.pixels.isFinite, let shift = NetworkLimits.inputShift.last(where: fits) else {
      throw .number(place: Place("input"), reason: "factors of up to \(greatest)")
    }
    var channels: [PictureFormat.Channel] = []
    for channel in scales.indices {
      let mantissa = Binary64.roundedHalfEven(scales[channel] * Binary64.powerOfTwo(fraction + shift))
      guard let offset = Binary64.integer(offsets[channel] * Binary64.powerOfTwo(fraction)) else {
        throw .number(place: Place("input"), reason: "an offset of \(offsets[channel])")
      }
      channels.append(PictureFormat.Channel(mantissa: Int32(mantissa), offset: offset))
    }
    return .picture(
      PictureFormat(height: shape.height, width: shape.width, channels: channels, shift: shift, fraction: fraction))
  }
}
