import Foundation
import Hashing
import Import
import Measurement
import Program
import Runtime
import StrictJSON
import Testing

/// How close integer programs are to the float models they were made from. The float figures are fixtures that
/// `Training/reference.py` made once (each names its command).
@Suite struct AccuracyTests {
  /// The llama2.c form of stories260K, imported with calibration.
  private static func stories() throws -> LoadedProgram {
    let folder = SharedData.folder + "/models/stories260K"
    let path = FileManager.default.temporaryDirectory.path + "/accuracy-\(UUID().uuidString).razao"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var options = ImportOptions()
    options.tokenizerPath = folder + "/tok512.bin"
    let calibration = SelfCalibration()
    let program = try importProgram(
      from: folder + "/stories260K.bin", to: path, options: options, calibrate: { try calibration.statistics(of: $0) })
    return try LoadedProgram(checking: program)
  }

  private static func reference(_ name: String) throws -> EvaluationReference {
    let base = SharedData.package + "/Tests/Fixtures/reference/" + name
    return try EvaluationReference(
      tokens: SharedData.bytes(base + "-tokens.json"), reference: SharedData.bytes(base + "-reference.json"),
      logits: SharedData.bytes(base + "-logits.npy"))
  }

  @Test(.enabled(if: SharedData.isPresent)) func storiesKeepTheirPerplexity() throws {
    let evaluation = try Evaluation(of: Model(Self.stories()), against: Self.reference("stories260K"))
    #expect(evaluation.predictions >= 20_000)
    #expect(evaluation.perplexityRatio <= 1.003)
    #expect(evaluation.divergence / Double(evaluation.divergencePositions) < 0.005)
    #expect(Double(evaluation.widestGapAgreements) >= 0.999 * Double(evaluation.widestGaps))
  }

  @Test func theShippedProgramKeepsItsPerplexity() throws {
    let path = SharedData.package + "/Sources/razao/Resources/fabula.razao"
    let loaded = try LoadedProgram(checking: Program(path: path))
    let evaluation = try Evaluation(of: Model(loaded), against: Self.reference("shipped"))
    #expect(evaluation.perplexityRatio <= 1.003)
  }

  /// Teacher-forced on the recorded greedy text: the same argmax wherever the float model's gap is clear.
  @Test(.enabled(if: SharedData.isPresent)) func theGoldenTextIsFollowed() throws {
    let path = SharedData.folder + "/models/stories260K/stories260K-greedy256.json"
    let json = try JSON.parse(SharedData.bytes(path))
    let tokens = try #require(json["greedy_tokens"]?.array).compactMap { $0.integer.map { UInt32($0) } }
    let gaps = try #require(json.object?.members.first { $0.name.contains("gap") }?.value.array).compactMap(\.double)
    let start = UInt32(json["bos"]?.integer ?? 1)
    #expect(tokens.count == 256 && gaps.count == 256)
    let sequence = try TokenSequence(Model(Self.stories()))
    let rows = try sequence.prefill([start] + tokens.dropLast(), logits: .all)
    var agreements = 0
    for (index, logits) in rows.enumerated() {
      let best = logits.firstIndex(of: logits.max() ?? 0)
      let agrees = best == Int(tokens[index])
      agreements += agrees ? 1 : 0
      #expect(agrees || gaps[index] <= 0.2, "step \(index): \(String(describing: best)), gap \(gaps[index])")
    }
    #expect(Double(agreements) >= 0.97 * 256, "\(agreements) of 256")
  }

  @Test(.enabled(if: SharedData.isPresent)) func threeFormsGiveOneWeightsRootAtAnyThreadCount() throws {
    let folder = SharedData.folder + "/models/stories260K"
    var roots: Set<Digest> = []
    for (index, source) in ["stories260K.bin", "hf", "stories260K-F32.gguf"].enumerated() {
      let path = FileManager.default.temporaryDirectory.path + "/form-\(UUID().uuidString).razao"
      defer { try? FileManager.default.removeItem(atPath: path) }
      let calibration = SelfCalibration(parallel: Parallel(threadCount: index + 1))
      let program = try importProgram(
        from: folder + "/" + source, to: path, threadCount: index + 1,
        calibrate: { try calibration.statistics(of: $0) })
      roots.insert(program.weightsRoot)
    }
    #expect(roots.count == 1)
    // Pinned: a change here is a change of the importer, and every published root with it.
    #expect(roots.first?.hex == "af9925f8676b3d4a75745a8097826658311c0677f7753978affdaca83449fc07")
  }
}
