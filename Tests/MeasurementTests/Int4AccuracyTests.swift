import Foundation
import Hashing
import Import
import Measurement
import Program
import Runtime
import Testing

/// How close programs of four bits, and programs made from blocks, are to the float models.
@Suite struct Int4AccuracyTests {
  private static func reference(_ name: String) throws -> EvaluationReference {
    let base = SharedData.package + "/Tests/Fixtures/reference/" + name
    return try EvaluationReference(
      tokens: SharedData.bytes(base + "-tokens.json"), reference: SharedData.bytes(base + "-reference.json"),
      logits: SharedData.bytes(base + "-logits.npy"))
  }

  private static func withProgram<Result>(
    _ source: String, _ formats: ImportOptions.WeightFormats, threads: Int = 2, _ body: (Program) throws -> Result
  ) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/int4-\(UUID().uuidString).razao"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var options = ImportOptions()
    options.weightFormats = formats
    let calibration = SelfCalibration(
      recordsOperands: formats.hasInt4, parallel: Parallel(threadCount: threads))
    return try body(
      importProgram(
        from: source, to: path, options: options, threadCount: threads,
        calibrate: { try calibration.statistics(of: $0) }))
  }

  private static func evaluation(_ program: Program, against name: String) throws -> Evaluation {
    try Evaluation(of: Model(LoadedProgram(checking: program)), against: reference(name))
  }

  private static let shipped = SharedData.package + "/Training/model"

  @Test func theShippedModelKeepsItsPerplexityInFourBits() throws {
    let evaluation = try Self.withProgram(Self.shipped, .init(layers: .int4)) { program in
      #expect(try program.graph.layers.allSatisfy { $0.attention.value.format == .int4 })
      return try Self.evaluation(program, against: "shipped")
    }
    print("shipped, int4: perplexity ratio \(evaluation.perplexityRatio), top-1 \(evaluation.agreements)")
    #expect(evaluation.perplexityRatio <= 1.005)
    #expect(Double(evaluation.agreements) >= 0.97 * Double(evaluation.predictions))
  }

  @Test func theHeadMayHaveFourBitsToo() throws {
    var formats = ImportOptions.WeightFormats(layers: .int4)
    formats.head = .int4
    let evaluation = try Self.withProgram(Self.shipped, formats) { try Self.evaluation($0, against: "shipped") }
    print("shipped, int4 with head: perplexity ratio \(evaluation.perplexityRatio), top-1 \(evaluation.agreements)")
    #expect(evaluation.perplexityRatio <= 1.02)
  }

  @Test func oneProgramAtAnyThreadCount() throws {
    let roots = try [1, 3].map { threads in
      try Self.withProgram(Self.shipped, .init(layers: .int4), threads: threads) { $0.root }
    }
    #expect(roots[0] == roots[1])
  }

  /// A GGUF with matrices in five block types (scripts/quantized-fixtures.py): float rounding to 4…8 bits is in its ratio.
  @Test func blocksOfAModelKeepItsSense() throws {
    let source = SharedData.package + "/Tests/Fixtures/quantized/stories260K-mixed.gguf"
    let evaluation = try Self.withProgram(source, .init()) { try Self.evaluation($0, against: "stories260K") }
    print("stories260K in blocks: perplexity ratio \(evaluation.perplexityRatio)")
    #expect(evaluation.perplexityRatio <= 1.06)
    #expect(Double(evaluation.agreements) >= 0.85 * Double(evaluation.predictions))
  }
}
