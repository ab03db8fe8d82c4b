/// One feed-forward block: norm, quantiser, and what multiplies the operands (SPEC.md, 3.7, 3.12 and 3.13).
package struct FeedForward: Equatable, Sendable {
  /// What an inner value goes through.
  package enum Activation: UInt8, Sendable, CaseIterable {
    /// x · σ(x).
    case silu = 1
    /// x · Φ(x).
    case gelu = 2
    /// max(x, 0).
    case relu = 3
  }

  /// What stands between the quantised input and the residual stream.
  package enum Body: Equatable, Sendable {
    case gated(GatedNetwork)
    case plain(PlainNetwork)
    case experts(Experts)
  }

  package var norm: InputNorm
  package var inputSite: QuantizerSite
  package var body: Body
  /// Formed norm of the sum with the residual stream, 16 fraction bits; `nil` for none.
  package var postNorm: FormedNorm?

  package init(norm: InputNorm, inputSite: QuantizerSite, body: Body, postNorm: FormedNorm? = nil) {
    self.norm = norm
    self.inputSite = inputSite
    self.body = body
    self.postNorm = postNorm
  }
}

extension FeedForward {
  /// The body if it is a gated network; `nil` for another. Setting `nil` changes nothing.
  package var gated: GatedNetwork? {
    get { if case .gated(let network) = body { network } else { nil } }
    set { if let newValue { body = .gated(newValue) } }
  }

  /// The body if it is a mixture of experts; `nil` for another. Setting `nil` changes nothing.
  package var experts: Experts? {
    get { if case .experts(let experts) = body { experts } else { nil } }
    set { if let newValue { body = .experts(newValue) } }
  }
}

/// `down(activation(gate) · up)` (SPEC.md, 3.7).
package struct GatedNetwork: Equatable, Sendable {
  package var gate: Matrix
  package var up: Matrix
  package var activation: FeedForward.Activation
  package var downSite: QuantizerSite
  package var down: Matrix

  /// Fraction bits of the product that feeds `down`.
  package var productFraction: Int { gate.outputFraction + up.outputFraction }

  package init(
    gate: Matrix, up: Matrix, activation: FeedForward.Activation, downSite: QuantizerSite, down: Matrix
  ) {
    self.gate = gate
    self.up = up
    self.activation = activation
    self.downSite = downSite
    self.down = down
  }
}

/// `down(activation(up))` (SPEC.md, 3.12).
package struct PlainNetwork: Equatable, Sendable {
  package var up: Matrix
  package var activation: FeedForward.Activation
  package var downSite: QuantizerSite
  package var down: Matrix

  package init(up: Matrix, activation: FeedForward.Activation, downSite: QuantizerSite, down: Matrix) {
    self.up = up
    self.activation = activation
    self.downSite = downSite
    self.down = down
  }
}

/// A mixture of experts: a router chooses some of many gated networks for each token (SPEC.md, 3.13).
package struct Experts: Equatable, Sendable {
  /// How chosen logits become weights of 15 fraction bits.
  package enum Weighting: UInt8, Sendable, CaseIterable {
    /// Softmax over the chosen.
    case softmaxOfChosen = 1
    /// Softmax over all experts; the chosen keep their shares.
    case softmaxOfAll = 2
    /// The sigmoid of each chosen logit.
    case sigmoid = 3
  }

  /// What a weight multiplies.
  package enum Placement: UInt8, Sendable, CaseIterable {
    /// The expert's input.
    case input = 1
    /// The expert's output.
    case output = 2
  }

  /// Shape (experts, hiddenSize), 16 fraction bits.
  package var router: Matrix
  /// Experts that work on one token.
  package var chosenCount: Int
  package var weighting: Weighting
  package var placement: Placement
  /// All of one shape; their matrices differ in scale only.
  package var networks: [GatedNetwork]
  /// Works on every token, with weight 1.
  package var shared: GatedNetwork?

  package init(
    router: Matrix, chosenCount: Int, weighting: Weighting, placement: Placement, networks: [GatedNetwork],
    shared: GatedNetwork?
  ) {
    self.router = router
    self.chosenCount = chosenCount
    self.weighting = weighting
    self.placement = placement
    self.networks = networks
    self.shared = shared
  }
}
