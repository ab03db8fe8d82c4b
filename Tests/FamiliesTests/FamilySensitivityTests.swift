import Foundation
import Program
import StrictJSON
import Testing

@testable import Import

/// The comparison with transformers would notice an operator that is missing: a model read with one field changed is
/// another model.
@Suite struct FamilySensitivityTests {
  /// The least cosine after some members of `config.json` are replaced.
  private func leastCosine(_ name: String, _ changes: [(String, JSON)]) throws -> Double {
    let fixture = try FamilyFixture(name)
    return try withTemporaryFolder { folder in
      let copy = folder + "/model"
      try FileManager.default.copyItem(atPath: fixture.path, toPath: copy)
      let text = try #require(fileBytes(copy + "/config.json"))
      var config = try #require(try JSON.parse(text).object)
      for (name, value) in changes { config[name] = value }
      try Data(JSON.object(config).encoded()).write(to: URL(fileURLWithPath: copy + "/config.json"))
      let program = try importProgram(from: copy, to: folder + "/program", options: .fine, calibrate: nil)
      guard try program.graph.head != nil else {
        let vector = try ReferenceEncoder(program, tokens: fixture.tokens).embedding()
        return cosine(vector.map { Double($0) }, fixture.expected[0])
      }
      var reference = try Reference(program)
      return fixture.tokens.enumerated().map { position, token in
        reference.append(token)
        return cosine(reference.logits().map { Double($0) }, fixture.expected[position])
      }.min() ?? 1
    }
  }

  @Test(
    arguments: [
      ("llama4-text", "attention_chunk_size", 16), ("llama4-text", "attn_scale", 0), ("llama4-text", "floor_scale", 12),
      ("llama4-text", "use_qk_norm", false), ("llama4-text", "rope_parameters", ["rope_theta": 100]),
      ("llama4-text", "num_experts_per_tok", 2), ("qwen3-moe", "norm_topk_prob", true),
      ("mixtral", "num_experts_per_tok", 1), ("gpt2", "activation_function", "relu"),
      ("bert-mean", "hidden_act", "relu"),
      ("bert-mean", "layer_norm_eps", 1),
    ] as [(String, String, JSON)])
  func changedFieldIsSeen(name: String, field: String, value: JSON) throws {
    var value = value
    if field == "layer_norm_eps" { value = try JSON.parse(Array("0.5".utf8)) }
    let least = try leastCosine(name, [(field, value)])
    #expect(least < 0.999, "\(name) with another \(field): \(least)")
  }

  @Test func changedPoolingIsSeen() throws {
    let fixture = try FamilyFixture("bert-first")
    let vector = try fixture.withProgram { program in
      let encoder = try ReferenceEncoder(program, tokens: fixture.tokens)
      return Pooling.mean.pooled(encoder.residuals.last ?? [], dimensions: 32)
    }
    #expect(cosine(vector.map { Double($0) }, fixture.expected[0]) < 0.99)
  }
}
