import Program
import Testing

@testable import Import

/// Factors and offsets of channels, put into their neighbours.
@Suite("folding of factors and offsets")
struct FoldingTests {
  private let shape = TensorShape(channels: 2, height: 2, width: 2)

  private func sketch() -> TrainedNetwork {
    TrainedNetwork(input: .picture(TensorShape(channels: 1, height: 4, width: 4)))
  }

  private func linear(_ source: Int, before: Int = 0, inputs: Int = 2, rows: Int = 2) -> TrainedLinear {
    let axis = WindowAxis(size: 2, before: before)
    return TrainedLinear(
      source: source, window: Window(vertical: axis, horizontal: axis), rows: rows,
      weights: (0..<rows * inputs * 4).map { Double($0 + 1) }, biases: (0..<rows).map { Double($0) }, name: "c")
  }

  private let map = ChannelMap(scales: [2, -3], offsets: [5, 7])

  private func affineCount(_ network: TrainedNetwork) -> Int {
    network.operators.count { if case .affine = $0 { true } else { false } }
  }

  @Test("into the matrix before: rows are scaled, biases too")
  func intoLinearBefore() throws {
    var network = sketch()
    let first = network.append(.linear(linear(0, inputs: 1)), shape: shape)
    _ = network.append(.relu(source: network.append(.affine(source: first, map))))
    network.foldAffineOperators()
    #expect(network.operators.count == 2)
    guard case .linear(let folded) = network.operators[0] else { throw Wrong() }
    #expect(folded.weights == [2, 4, 6, 8, -15, -18, -21, -24])
    #expect(folded.biases == [5, 4])
    #expect(network.operators[1].sources == [1])
  }

  @Test("into the matrices behind: columns of a channel are scaled, offsets are summed into the bias")
  func intoLinearBehind() throws {
    var network = sketch()
    let first = network.append(.relu(source: network.append(.linear(linear(0, inputs: 1)), shape: shape)))
    let scaled = network.append(.affine(source: first, map))
    _ = network.append(.linear(linear(scaled, rows: 1)), shape: TensorShape(channels: 1))
    network.foldAffineOperators()
    guard case .linear(let folded) = network.operators[2] else { throw Wrong() }
    #expect(folded.weights == [2, 4, 6, 8, -15, -18, -21, -24])
    // 5·(1 + 2 + 3 + 4) + 7·(5 + 6 + 7 + 8).
    #expect(folded.biases == [232])
    #expect(folded.source == 2)
  }

  @Test("padding keeps an offset where it is, not a factor")
  func padding() {
    for (offsets, remaining) in [([5.0, 7.0], 1), ([0, 0], 0)] {
      var network = sketch()
      let first = network.append(.relu(source: network.append(.linear(linear(0, inputs: 1)), shape: shape)))
      let scaled = network.append(.affine(source: first, ChannelMap(scales: [2, 3], offsets: offsets)))
      _ = network.append(.linear(linear(scaled, before: 1)), shape: shape)
      network.foldAffineOperators()
      #expect(affineCount(network) == remaining)
    }
  }

  @Test("a tensor that something else reads keeps its values")
  func sharedTensor() {
    var network = sketch()
    let first = network.append(.linear(linear(0, inputs: 1)), shape: shape)
    let scaled = network.append(.affine(source: first, map))
    _ = network.append(.add(left: first, right: scaled))
    network.foldAffineOperators()
    #expect(affineCount(network) == 1)
  }

  @Test("at the end of a model there is nothing behind to fold into")
  func atTheEnd() {
    var network = sketch()
    let first = network.append(.relu(source: network.append(.linear(linear(0, inputs: 1)), shape: shape)))
    _ = network.append(.affine(source: first, map))
    network.foldAffineOperators()
    #expect(affineCount(network) == 1)
  }

  @Test("several in a row become one, and go into the input's format")
  func intoPixels() {
    var network = sketch()
    var tensor = 0
    for (scale, offset) in [(2.0, 1.0), (3, -1)] {
      tensor = network.append(.affine(source: tensor, ChannelMap(scales: [scale], offsets: [offset])))
    }
    _ = network.append(.relu(source: tensor))
    network.foldAffineOperators()
    #expect(network.operators.count == 1)
    #expect(network.pixels == ChannelMap(scales: [6], offsets: [2]))
  }

  @Test("batch normalisation as a factor and an offset")
  func normalization() {
    let map = ChannelMap.normalization(gammas: [6], betas: [1], means: [2], variances: [8], epsilon: 1)
    #expect(map == ChannelMap(scales: [2], offsets: [-3]))
    #expect(!ChannelMap.normalization(gammas: [1], betas: [0], means: [0], variances: [-2], epsilon: 1).isFinite)
    #expect(!ChannelMap.normalization(gammas: [1], betas: [0], means: [0], variances: [-1], epsilon: 1).isFinite)
  }

  @Test("what the output does not need goes, in any order")
  func unneeded() {
    var network = sketch()
    let first = network.append(.relu(source: 0))
    let aside = network.append(.relu(source: first))
    let second = network.append(.relu(source: first))
    _ = network.append(.add(left: aside, right: second))
    network.keepOnly(what: second)
    #expect(network.operators.map(\.sources) == [[0], [1]])
    #expect(network.shapes.count == 3)
  }

  struct Wrong: Error {}
}
