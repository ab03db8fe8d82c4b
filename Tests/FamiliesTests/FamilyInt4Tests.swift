import Measurement
import Program
import Testing

@testable import Import

/// Layers in four bits: every kind of network, and a norm after the block.
@Suite struct FamilyInt4Tests {
  private static let calibrate: @Sendable (Program) throws -> CalibrationStatistics = {
    try SelfCalibration(length: 40, recordsOperands: true).statistics(of: $0)
  }

  private var options: ImportOptions {
    var options = ImportOptions.fine
    options.weightFormats = .init(layers: .int4)
    return options
  }

  @Test(arguments: ["gpt2", "mixtral", "llama4-text"]) func decoderOfFourBitsStaysNear(name: String) throws {
    let fixture = try FamilyFixture(name)
    try fixture.withProgram(options, calibrate: Self.calibrate) { program in
      let graph = try program.graph
      #expect(graph.layers.allSatisfy { $0.attention.query.format == .int4 && $0.attention.output.format == .int4 })
      #expect(graph.embedding.format == .int8 && graph.head?.matrix.format == .int8)
      var reference = try Reference(program)
      let cosines = fixture.tokens.enumerated().map { position, token in
        reference.append(token)
        return cosine(reference.logits().map { Double($0) }, fixture.expected[position])
      }
      // Random weights have the full entropy of four bits and no redundancy; routers may choose otherwise.
      #expect(cosines.reduce(0, +) / 24 > 0.97)
    }
  }

  @Test func encoderOfFourBitsStaysNear() throws {
    let fixture = try FamilyFixture("bert-mean")
    try fixture.withProgram(options, calibrate: Self.calibrate) { program in
      let vector = try ReferenceEncoder(program, tokens: fixture.tokens).embedding()
      #expect(try program.graph.positions?.format == .int8)
      #expect(cosine(vector.map { Double($0) }, fixture.expected[0]) > 0.99)
    }
  }

  @Test func expertsThatNobodyAskedForAreRoundedPlainly() throws {
    // One position reaches one expert of each layer; the others have no operands.
    let fixture = try FamilyFixture("llama4-text")
    let short: CalibrationRun = {
      try SelfCalibration(sequenceCount: 1, length: 1, recordsOperands: true).statistics(of: $0)
    }
    try fixture.withProgram(options, calibrate: short) { program in
      #expect(try program.graph.layers[1].feedForward.experts?.networks.allSatisfy { $0.down.format == .int4 } ?? false)
      try program.checkContent()
    }
  }
}
