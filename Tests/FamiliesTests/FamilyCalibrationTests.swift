import Measurement
import Program
import Runtime
import Testing

@testable import Import

/// Calibration by the engine, for every family.
@Suite struct FamilyCalibrationTests {
  private static let calibrate: @Sendable (Program) throws -> CalibrationStatistics = {
    try SelfCalibration(length: 40).statistics(of: $0)
  }

  @Test(arguments: FamilyAccuracyTests.decoders) func calibratedDecoderStaysNear(name: String) throws {
    let fixture = try FamilyFixture(name)
    try fixture.withProgram(ImportOptions(), calibrate: Self.calibrate) { program in
      let graph = try program.graph
      #expect(graph.layers.allSatisfy { $0.attention.keyOffsets?.contains { $0 != 0 } ?? false })
      let sequence = TokenSequence(try Model(LoadedProgram(checking: program)))
      var reference = try Reference(program)
      var cosines: [Double] = []
      for (position, token) in fixture.tokens.enumerated() {
        let logits = try sequence.decode(token)
        reference.append(token)
        if position % 8 == 7 { #expect(logits == reference.logits()) }
        cosines.append(cosine(logits.map { Double($0) }, fixture.expected[position]))
      }
      #expect(cosines.reduce(0, +) / 24 > 0.999)
    }
  }

  @Test(arguments: FamilyAccuracyTests.encoders) func calibratedEncoderStaysNear(name: String) throws {
    let fixture = try FamilyFixture(name)
    try fixture.withProgram(ImportOptions(), calibrate: Self.calibrate) { program in
      let graph = try program.graph
      #expect(graph.layers.allSatisfy { $0.attention.keyOffsets?.contains { $0 != 0 } ?? false })
      let encoding = try Encoding(fixture.tokens, model: Model(LoadedProgram(checking: program)))
      #expect(try encoding.vector == ReferenceEncoder(program, tokens: fixture.tokens).embedding())
      #expect(cosine(encoding.vector.map { Double($0) }, fixture.expected[0]) > 0.999)
    }
  }

  @Test func calibrationIsAFunctionOfTheProgram() throws {
    let fixture = try FamilyFixture("bert-mean")
    let roots = try [1, 2].map { count in
      try fixture.withProgram(ImportOptions()) { program in
        try SelfCalibration(length: 20, parallel: Parallel(threadCount: count)).statistics(of: program)
      }
    }
    #expect(roots[0] == roots[1] && roots[0].positionCount == 80)
  }

  @Test func decoderIsNotWatchedAsAnEncoder() throws {
    try FamilyFixture("gpt2").withProgram(ImportOptions()) { program in
      let model = try Model(LoadedProgram(checking: program))
      #expect(throws: RuntimeError.notAnEncoder) { try Runtime.Calibration(model).watch([1], through: model) }
    }
  }
}
