import Checkpoints
import Program

extension GraphBuilder {
  mutating func feedForward(_ layer: Int) throws(ImportError) -> FeedForward {
    let input = try feedForwardInput(layer)
    let site = try options.feedForwardInput.resolved(columns: configuration.hiddenSize, name: "feedForwardInput")
    let body: FeedForward.Body
    if let experts = configuration.experts(ofLayer: layer) {
      body = .experts(try self.experts(experts, layer, input, site))
    } else if configuration.isGated {
      body = .gated(try gated(layer, input, site))
    } else {
      body = .plain(try plain(layer, input, site))
    }
    return FeedForward(
      norm: input.norm, inputSite: site, body: body,
      postNorm: try postNorm(.feedForwardNorm, .feedForwardNormBias, layer))
  }

  private func downSite(columns: Int) throws(ImportError) -> QuantizerSite {
    try options.feedForwardDown.resolved(columns: columns, name: "feedForwardDown")
  }

  private mutating func gated(_ layer: Int, _ input: BlockInput, _ site: QuantizerSite) throws(ImportError)
    -> GatedNetwork
  {
    let fractions = options.outputFractions
    let downSite = try downSite(columns: configuration.feedForwardSize)
    return GatedNetwork(
      gate: try planner.add(
        projection(.gate, layer, bias: .gateBias, input: input, site: site, fraction: fractions.gate)),
      up: try planner.add(projection(.up, layer, bias: .upBias, input: input, site: site, fraction: fractions.up)),
      activation: configuration.activation.operation, downSite: downSite,
      down: try planner.add(output(.down, layer, bias: .downBias, site: downSite)))
  }

  private mutating func plain(_ layer: Int, _ input: BlockInput, _ site: QuantizerSite) throws(ImportError)
    -> PlainNetwork
  {
    let downSite = try downSite(columns: configuration.feedForwardSize)
    return PlainNetwork(
      up: try planner.add(
        projection(.up, layer, bias: .upBias, input: input, site: site, fraction: options.outputFractions.up)),
      activation: configuration.activation.operation, downSite: downSite,
      down: try planner.add(output(.down, layer, bias: .downBias, site: downSite)))
  }

  /// Router, experts and shared expert, all behind the same norm and quantiser.
  private mutating func experts(
    _ experts: ExpertsConfiguration, _ layer: Int, _ input: BlockInput, _ site: QuantizerSite
  ) throws(ImportError) -> Experts {
    let router = try planner.add(
      MatrixSource(
        Place("router", layer: layer), .layer(layer, .router), rows: experts.count, columns: configuration.hiddenSize,
        diagonal: input.diagonal, shift: input.shift, site: site))
    var networks: [GatedNetwork] = []
    for expert in 0..<experts.count {
      networks.append(
        try expertNetwork(input, site, size: experts.size) { tensor in
          (Place(tensor.rawValue, layer: layer, expert: expert), .expert(layer: layer, expert: expert, tensor))
        })
    }
    var shared: GatedNetwork?
    if let size = experts.sharedSize {
      shared = try expertNetwork(input, site, size: size) { tensor in
        (Place("shared \(tensor.rawValue)", layer: layer), .sharedExpert(layer: layer, tensor))
      }
    }
    return Experts(
      router: router, chosenCount: experts.chosenCount, weighting: experts.weighting.operation,
      placement: experts.weighsInput ? .input : .output, networks: networks, shared: shared)
  }

  /// - Parameter source: place and role of each matrix.
  private mutating func expertNetwork(
    _ input: BlockInput, _ site: QuantizerSite, size: Int, source: (ExpertTensor) -> (Place, TensorRole)
  ) throws(ImportError) -> GatedNetwork {
    let downSite = try downSite(columns: size)
    func inner(_ tensor: ExpertTensor, _ fraction: Int) -> MatrixSource {
      let (place, role) = source(tensor)
      return MatrixSource(
        place, role, rows: size, columns: configuration.hiddenSize, diagonal: input.diagonal, shift: input.shift,
        site: site, outputFraction: fraction)
    }
    let (place, role) = source(.down)
    return GatedNetwork(
      gate: try planner.add(inner(.gate, options.outputFractions.gate)),
      up: try planner.add(inner(.up, options.outputFractions.up)), activation: configuration.activation.operation,
      downSite: downSite,
      down: try planner.add(
        MatrixSource(place, role, rows: configuration.hiddenSize, columns: size, site: downSite)))
  }
}

extension TransformerConfiguration.Activation {
  /// The program's operator.
  fileprivate var operation: FeedForward.Activation {
    switch self {
    case .silu: .silu
    case .gelu: .gelu
    case .relu: .relu
    }
  }
}

extension ExpertsConfiguration.Weighting {
  /// The program's operator.
  fileprivate var operation: Experts.Weighting {
    switch self {
    case .softmaxOfChosen: .softmaxOfChosen
    case .softmaxOfAll: .softmaxOfAll
    case .sigmoid: .sigmoid
    }
  }
}
