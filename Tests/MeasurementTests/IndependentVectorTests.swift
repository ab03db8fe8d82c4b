import Foundation
import Hashing
import Import
import Program
import Runtime
import Testing

/// Values that the independent implementation (Tests/Independent, written from SPEC.md alone) computed for stories260K:
/// its own import of `hf/`, without calibration, then
/// `razao_spec.py FILE --tokens 1,403,407,261,378 --generate 24 --temperature 8000 --top-p 9000 --top-k 40
///  --repetition 11000 --seed 07… --salt 11… --chain-blind 22…`.
@Suite struct IndependentVectorTests {
  private func digest(of byte: UInt8) throws -> Digest {
    try #require(Digest([UInt8](repeating: byte, count: 32)))
  }

  private func uncalibrated() throws -> Model {
    let path = FileManager.default.temporaryDirectory.path + "/vectors-\(UUID().uuidString).razao"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let program = try importProgram(
      from: SharedData.folder + "/models/stories260K/hf", to: path, calibrate: nil)
    #expect(program.weightsRoot.hex == "0e1f6410eaaff7126a0b565f518e9093d2ae524aec1717162f18df927b120baa")
    return try Model(LoadedProgram(checking: program))
  }

  @Test(.enabled(if: SharedData.isPresent)) func tokensLogitsTraceAndChainAreTheStrangers() throws {
    let model = try uncalibrated()
    var parameters = SamplerParameters()
    parameters.temperature = 8_000
    parameters.topP = 9_000
    parameters.topK = 40
    parameters.repetitionPenalty = 11_000
    let prompt: [UInt32] = [1, 403, 407, 261, 378]
    var generation = try Generation(
      GenerationRequest(
        prompt: prompt, parameters: parameters, seed: try digest(of: 7), maximumTokens: 24, stopTokens: [],
        chainBlind: try digest(of: 0x22)),
      model: model, trace: TraceBuilder.Options(salt: try digest(of: 0x11)))
    var steps: [GeneratedToken] = []
    while let step = try generation.next() { steps.append(step) }
    #expect(
      steps.map(\.token) == [
        432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426, 338, 401, 396, 267, 337, 322, 265, 262, 379, 419, 415,
        271, 411,
      ])
    #expect(steps.last?.traceRoot.hex == "4048ac63c5c9e4aad169a8ec9e4857b4daaf70534ba50d05d6600641f2eff05d")
    #expect(steps.last?.chain.hex == "54529d1ed12755dffd2c6b41e5cc3087fc95ffa9f79e43585575ba59bfb1e60b")
    let logits = try TokenSequence(model).prefill(prompt + steps.dropLast().map(\.token), logits: .last)
    var writer = ByteWriter()
    writer.write(try #require(logits.last))
    #expect(
      SHA256.hash(writer.bytes).hex == "92f1a4dfa57d53a16d8147ec2c8f2157f92895f811601679896c33e8037bed07")
  }
}
