import Checkpoints
import Program
import Testing

@testable import Import

/// Imported models against what transformers computes in binary64.
@Suite struct FamilyAccuracyTests {
  static let decoders = ["gpt2", "mixtral", "qwen3-moe", "llama4-text", "llama4"]
  static let encoders = ["bert-first", "bert-mean"]

  /// Cosine of each position's logits.
  private func cosines(_ fixture: FamilyFixture, _ program: Program) throws -> [Double] {
    var reference = try Reference(program)
    return fixture.tokens.enumerated().map { position, token in
      reference.append(token)
      return cosine(reference.logits().map { Double($0) }, fixture.expected[position])
    }
  }

  @Test(arguments: decoders) func logitsAreThoseOfTheModel(name: String) throws {
    let fixture = try FamilyFixture(name)
    #expect(fixture.tokens.count == 24 && fixture.expected.count == 24)
    let cosines = try fixture.withProgram { try self.cosines(fixture, $0) }
    let (least, mean) = (cosines.min() ?? 0, cosines.reduce(0, +) / Double(cosines.count))
    #expect(least > 0.999 && mean > 0.9995)
  }

  @Test(arguments: decoders) func likeliestTokenIsTheModels(name: String) throws {
    let fixture = try FamilyFixture(name)
    try fixture.withProgram { program in
      var reference = try Reference(program)
      var agreements = 0
      for (position, token) in fixture.tokens.enumerated() {
        reference.append(token)
        let logits = reference.logits()
        let expected = fixture.expected[position]
        if logits.firstIndex(of: logits.max() ?? 0) == expected.firstIndex(of: expected.max() ?? 0) { agreements += 1 }
      }
      #expect(agreements >= 23)
    }
  }

  @Test(arguments: decoders) func standardOptionsStayNear(name: String) throws {
    let fixture = try FamilyFixture(name)
    let cosines = try fixture.withProgram(ImportOptions()) { try self.cosines(fixture, $0) }
    let mean = cosines.reduce(0, +) / Double(cosines.count)
    #expect(mean > 0.999)
  }

  @Test(arguments: encoders) func vectorsAreThoseOfTheModel(name: String) throws {
    let fixture = try FamilyFixture(name)
    for (options, bound) in [(ImportOptions.fine, 0.9995), (ImportOptions(), 0.998)] {
      let vector = try fixture.withProgram(options) { try ReferenceEncoder($0, tokens: fixture.tokens).embedding() }
      let values = vector.map { Double($0) / 16_777_216 }
      let similarity = cosine(values, fixture.expected[0])
      #expect(similarity > bound)
      // The root of the norm has 15 bits.
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    }
  }
}
