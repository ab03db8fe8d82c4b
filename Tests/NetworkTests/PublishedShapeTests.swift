import Program
import Runtime
import Testing

/// The networks that the project ships hold in these operators: shapes, and engine against reference.
@Suite struct PublishedShapeTests {
  private func check(_ network: Network, _ input: NetworkInput, tensorShapes: [TensorShape]) throws {
    #expect(try network.tensors().map(\.shape) == tensorShapes)
    var random = RandomNumbers(seed: 3)
    let test = TestNetwork(network, random: &random)
    let run = try NetworkRun(input, model: test.model())
    #expect(run.tensors == (try test.reference().run(input)))
    #expect(run.answer.logits.contains { $0 != 0 })
  }

  @Test func donor() throws {
    let shapes = [128, 128, 64, 64, 1].map { TensorShape(channels: $0) }
    try check(
      .donor, .sequence(Array("AACAGGTAAGTATTTGCA".utf8)),
      tensorShapes: [TensorShape(channels: 4, width: 18)] + shapes)
  }

  @Test func acceptor() throws {
    let inner = TensorShape(channels: 32, width: 53)
    try check(
      .acceptor, .sequence((0..<53).map { Array("ACGT".utf8)[$0 * $0 % 4] }),
      tensorShapes: [TensorShape(channels: 4, width: 53), inner, inner, inner, inner, TensorShape(channels: 1)])
  }

  @Test func digits() throws {
    func square(_ channels: Int, _ side: Int) -> TensorShape {
      TensorShape(channels: channels, height: side, width: side)
    }
    var random = RandomNumbers(seed: 9)
    try check(
      .digits, .picture(shape: square(1, 28), bytes: random.bytes(784)),
      tensorShapes: [
        square(1, 28), square(8, 28), square(8, 28), square(8, 14), square(16, 14), square(16, 14), square(16, 4),
        TensorShape(channels: 10),
      ])
  }
}
