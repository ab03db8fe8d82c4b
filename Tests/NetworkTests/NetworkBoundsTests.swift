import Program
import Testing

/// Bounds refuse what could overflow, by the rule that is broken.
@Suite struct NetworkBoundsTests {
  private func small(_ change: (inout TestNetwork) -> Void) -> TestNetwork {
    var random = RandomNumbers(seed: 4)
    var test = TestNetwork(.small, random: &random)
    change(&test)
    return test
  }

  private func expectRefused(
    _ what: String, _ change: (inout TestNetwork) -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let test = small(change)
    let error = #expect(throws: ProgramError.self, sourceLocation: sourceLocation) {
      try NetworkBounds(network: test.network, rowNorms: test.rowNorms)
    }
    #expect("\(error.map(\.description) ?? "")".contains(what), sourceLocation: sourceLocation)
  }

  /// Inserts an operator after the convolution.
  private func insert(_ element: NetworkOperator) -> (inout TestNetwork) -> Void {
    { $0.network.operators[1] = element }
  }

  @Test func aSmallNetworkFits() throws {
    let test = small { _ in }
    let bounds = try NetworkBounds(network: test.network, rowNorms: test.rowNorms)
    #expect(bounds.tensors.count == 4)
    #expect(bounds.tensors[0] == (255 * 257 + 1) / 2 + 1)
    #expect(bounds.tensors[2] == bounds.tensors[1])
    #expect(bounds.logit == bounds.tensors[3])
  }

  @Test func valuesBeyondTheQuantiser() {
    let affine = ChannelAffine(
      source: 0, fraction: 0, exponent: -45, mantissas: [1, 1, 1, 1], offsets: [0, 0, 0, 0])
    let network = Network(
      input: .nucleotides(NucleotideFormat(length: 32, fraction: 0)),
      operators: [
        .affine(affine),
        .dense(Dense(source: 1, site: QuantizerSite(block: 128), matrix: Matrix(1, 128, fraction: 16))),
      ])
    var random = RandomNumbers(seed: 4)
    let test = TestNetwork(network, random: &random)
    #expect(
      throws: ProgramError.bound(
        place: Place("dense", layer: 2), rule: "values of up to 35184372088832 are too great to quantise")
    ) {
      try NetworkBounds(network: test.network, rowNorms: test.rowNorms)
    }
  }

  @Test func outputsOfTooManyBits() {
    expectRefused("layer 1, convolution") { $0.network.operators[0].matrix?.exponent = -40 }
    expectRefused("beyond 31 bits") { $0.network.operators[2].matrix?.exponent -= 16 }
  }

  @Test func aWrongAccumulator() {
    expectRefused("accumulator of 8 bytes is declared, 4 are due") {
      $0.network.operators[0].matrix?.accumulatorWidth = 8
    }
  }

  @Test func productsOfAnAffine() {
    let large = ChannelAffine(
      source: 1, fraction: 0, exponent: 100, mantissas: [1, .min, 2], offsets: [0, 0, 0])
    expectRefused("channel 1") {
      $0.network.operators[0].matrix?.exponent -= 20
      insert(.affine(large))(&$0)
    }
    let shifted = ChannelAffine(source: 1, fraction: 24, exponent: -40, mantissas: [1, 1, 1], offsets: [0, 0, 0])
    expectRefused("beyond 47 bits", insert(.affine(shifted)))
  }

  @Test func argumentsOfATable() {
    expectRefused("beyond 43 bits") {
      $0.network.operators[0].matrix?.exponent -= 33
      insert(.activation(source: 1, .silu))(&$0)
    }
  }

  @Test func clampingNarrowsTheBound() throws {
    let test = small(insert(.clamp(source: 1, low: -50, high: 20)))
    #expect(try NetworkBounds(network: test.network, rowNorms: test.rowNorms).tensors[2] == 50)
    let above = small(insert(.clamp(source: 1, low: 70, high: 80)))
    #expect(try NetworkBounds(network: above.network, rowNorms: above.rowNorms).tensors[2] == 80)
  }
}
