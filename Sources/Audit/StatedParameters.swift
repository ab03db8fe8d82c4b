import Dialects
import Program
import Receipts

/// The one mapping between what a request asks for, what a receipt states and what the sampler runs on;
/// provider and auditor share it.
extension StatedSampling {
  /// What a receipt states for a request's parameters.
  package init(stating sampling: SamplingParameters) {
    self.init(
      temperature: sampling.temperature, topP: sampling.topP, topK: sampling.topK, repetition: sampling.repetition,
      presence: sampling.presence, frequency: sampling.frequency, maxTokens: sampling.maxTokens,
      choice: sampling.choice, extras: SamplingExtras(stating: sampling).hash)
  }

  /// The first field in which two statements differ.
  func difference(from other: StatedSampling) -> String? {
    let pairs: [(String, Bool)] = [
      ("temperature", temperature == other.temperature), ("top_p", topP == other.topP), ("top_k", topK == other.topK),
      ("repetition_penalty", repetition == other.repetition), ("presence_penalty", presence == other.presence),
      ("frequency_penalty", frequency == other.frequency), ("max_tokens", maxTokens == other.maxTokens),
      ("choice", choice == other.choice), ("logit_bias or stop", extras == other.extras),
    ]
    return pairs.first { !$0.1 }?.0
  }
}

extension SamplingExtras {
  /// Biases and stop strings of a request.
  package init(stating sampling: SamplingParameters) {
    self.init(biases: sampling.logitBias.map { Bias(id: $0.id, value: $0.value) }, stops: sampling.stop)
  }
}

extension SamplerParameters {
  /// The sampler's parameters of a request.
  package init(_ sampling: SamplingParameters) {
    self.init()
    temperature = Int(sampling.temperature)
    topP = Int(sampling.topP)
    topK = Int(sampling.topK)
    repetitionPenalty = Int(sampling.repetition)
    presencePenalty = Int(sampling.presence)
    frequencyPenalty = Int(sampling.frequency)
    biases = sampling.logitBias.map { (token: $0.id, bias: Int($0.value)) }
  }
}
