extension TransformerConfiguration {
  /// What norms do.
  package enum NormKind: Sendable, Equatable {
    /// Root mean square, a weight.
    case rms
    /// Mean and standard deviation, a weight and a bias.
    case layer
  }

  /// What an inner value goes through.
  package enum Activation: Sendable, Equatable {
    case silu
    /// x · Φ(x), or its approximation by a hyperbolic tangent: both are the same table.
    case gelu
    case relu
  }

  /// How an encoder's positions become one vector.
  package enum Pooling: Sendable, Equatable {
    case mean
    /// The first position.
    case first
  }
}

/// A mixture of gated networks.
package struct ExpertsConfiguration: Sendable, Equatable {
  /// How router logits become weights.
  package enum Weighting: Sendable, Equatable {
    /// Softmax over the chosen.
    case softmaxOfChosen
    /// Softmax over all; the chosen keep their shares.
    case softmaxOfAll
    /// The sigmoid of each chosen logit.
    case sigmoid
  }

  package var count: Int
  /// Experts that work on one token.
  package var chosenCount: Int
  /// Inner size of an expert.
  package var size: Int
  package var weighting: Weighting
  /// A weight multiplies the expert's input instead of its output.
  package var weighsInput: Bool
  /// Inner size of the network that works on every token; `nil` for none.
  package var sharedSize: Int?
  /// Layers with one network and no experts, ascending.
  package var denseLayers: [Int]

  package init(
    count: Int, chosenCount: Int, size: Int, weighting: Weighting, weighsInput: Bool = false, sharedSize: Int? = nil,
    denseLayers: [Int] = []
  ) {
    self.count = count
    self.chosenCount = chosenCount
    self.size = size
    self.weighting = weighting
    self.weighsInput = weighsInput
    self.sharedSize = sharedSize
    self.denseLayers = denseLayers
  }
}

/// How queries grow with the position p: by 1 + scale · ln(1 + ⌊(p + 1) / step⌋).
/// - Source: transformers, `modeling_llama4.py`; field names there in brackets.
package struct TemperatureTuning: Sendable, Equatable {
  /// `attn_scale`, not negative.
  package var scale: Float
  /// `floor_scale`
  package var step: Int

  package init(scale: Float, step: Int) {
    self.scale = scale
    self.step = step
  }
}

/// How Llama 3.1 stretches rotary frequencies beyond the context it was first trained on.
/// - Source: transformers, `_compute_llama3_parameters`; field names there in brackets.
package struct RopeScaling: Sendable, Equatable {
  /// `factor`
  package var factor: Float
  /// `low_freq_factor`
  package var lowFrequencyFactor: Float
  /// `high_freq_factor`, not less than `lowFrequencyFactor`.
  package var highFrequencyFactor: Float
  /// `original_max_position_embeddings`
  package var originalContextLength: Int

  package init(factor: Float, lowFrequencyFactor: Float, highFrequencyFactor: Float, originalContextLength: Int) {
    self.factor = factor
    self.lowFrequencyFactor = lowFrequencyFactor
    self.highFrequencyFactor = highFrequencyFactor
    self.originalContextLength = originalContextLength
  }
}
