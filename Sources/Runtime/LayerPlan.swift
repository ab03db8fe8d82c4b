import Program

/// One layer's structure with its matrices at hand.
struct LayerPlan: Sendable {
  let attention: AttentionPlan
  let feedForward: FeedForwardPlan

  init(_ layer: Layer, program: Program, rotation: Int?) {
    attention = AttentionPlan(layer.attention, program: program, rotation: rotation)
    feedForward = FeedForwardPlan(layer.feedForward, program: program)
  }
}

struct AttentionPlan: Sendable {
  let attention: Attention
  let query, key, value, output: Linear
  /// Index of the layer's frequencies in the model's lists, `nil` for no rotation.
  let rotation: Int?

  init(_ attention: Attention, program: Program, rotation: Int?) {
    self.attention = attention
    self.rotation = rotation
    query = Linear(attention.query, in: program)
    key = Linear(attention.key, in: program)
    value = Linear(attention.value, in: program)
    output = Linear(attention.output, in: program)
  }
}

struct FeedForwardPlan: Sendable {
  enum Body: Sendable {
    case gated(GatedPlan)
    case plain(PlainPlan)
    case experts(ExpertsPlan)
  }

  let norm: InputNorm
  let inputSite: QuantizerSite
  let body: Body
  let postNorm: FormedNorm?

  init(_ feedForward: FeedForward, program: Program) {
    norm = feedForward.norm
    inputSite = feedForward.inputSite
    postNorm = feedForward.postNorm
    body =
      switch feedForward.body {
      case .gated(let network): .gated(GatedPlan(network, program: program))
      case .plain(let network): .plain(PlainPlan(network, program: program))
      case .experts(let experts): .experts(ExpertsPlan(experts, program: program))
      }
  }
}

struct GatedPlan: Sendable {
  let network: GatedNetwork
  let gate, up, down: Linear
  let activation: Activation

  init(_ network: GatedNetwork, program: Program) {
    self.network = network
    gate = Linear(network.gate, in: program)
    up = Linear(network.up, in: program)
    down = Linear(network.down, in: program)
    activation = Activation(network.activation, fraction: network.gate.outputFraction)
  }
}

struct PlainPlan: Sendable {
  let network: PlainNetwork
  let up, down: Linear
  let activation: Activation

  init(_ network: PlainNetwork, program: Program) {
    self.network = network
    up = Linear(network.up, in: program)
    down = Linear(network.down, in: program)
    activation = Activation(network.activation, fraction: network.up.outputFraction)
  }
}

struct ExpertsPlan: Sendable {
  let experts: Experts
  let router: Linear
  let networks: [GatedPlan]
  let shared: GatedPlan?

  init(_ experts: Experts, program: Program) {
    self.experts = experts
    router = Linear(experts.router, in: program)
    networks = experts.networks.map { GatedPlan($0, program: program) }
    shared = experts.shared.map { GatedPlan($0, program: program) }
  }
}

/// Final norm, quantiser and the matrix that gives logits.
struct HeadPlan: Sendable {
  let head: Head
  let linear: Linear

  init(_ head: Head, program: Program) {
    self.head = head
    linear = Linear(head.matrix, in: program)
  }
}

extension Linear {
  init(_ matrix: Matrix, in program: Program) {
    self.init(weights: program.weights(of: matrix))
  }
}
