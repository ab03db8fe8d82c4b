import Import
import Program
import StrictJSON
import Testing

/// Small models with the logits that ONNX Runtime found for them; Fixtures/make.py made both.
@Suite("models of many operators")
struct GoldenTests {
  static func cases(_ name: String) throws -> [(input: JSON, logits: [Double])] {
    let root = try JSON.parse(Fixture.bytes("golden.json"))
    return try #require(root[name]?.array).map { entry in
      let logits = (entry["logits"]?.array ?? []).compactMap { value -> Double? in
        guard case .number(let number) = value else { return nil }
        return Double(number.text)
      }
      return (try #require(entry["input"]), logits)
    }
  }

  static func input(_ json: JSON, of program: Program) throws -> NetworkInput {
    if let text = json.string { return .sequence(Array(text.utf8)) }
    let bytes = try #require(json.array).map { UInt8(try #require($0.integer)) }
    return .picture(shape: try program.network.input.tensor.shape, bytes: bytes)
  }

  @Test(
    "the program's logits are ONNX Runtime's",
    arguments: ["residual", "grouped", "channelslast", "sequence", "normalized"])
  func logits(name: String) throws {
    let folder = try Folder()
    let program = try folder.program(Fixture.path(name + ".onnx"))
    let cases = try Self.cases(name)
    let greatest = try #require(cases.flatMap(\.logits).map(\.magnitude).max())
    for (input, expected) in cases {
      let logits = try program.logits(Self.input(input, of: program))
      try #require(logits.count == expected.count)
      // A table of 1024 entries stands for the sigmoid.
      let tolerance = name == "grouped" ? greatest / 100 : greatest / 1_000
      for (ours, theirs) in zip(logits, expected) { #expect(abs(ours - theirs) <= tolerance) }
    }
  }

  @Test("a normalisation that padding keeps from folding stays; all others vanish")
  func folding() throws {
    let folder = try Folder()
    for (name, count) in [("residual", 0), ("grouped", 0), ("channelslast", 0), ("sequence", 1), ("normalized", 0)] {
      let operators = try folder.program(Fixture.path(name + ".onnx")).network.operators
      #expect(operators.count { $0.name == "affine" } == count, "\(name)")
    }
  }
}
