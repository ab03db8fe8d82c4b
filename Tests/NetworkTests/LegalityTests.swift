import Program
import Testing

/// Each constraint of docs/spec-networks.md, section 4, broken alone.
@Suite struct LegalityTests {
  private func expectIllegal(
    _ what: String, in network: Network = .small, _ change: (inout Network) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var network = network
    change(&network)
    let error = #expect(throws: ProgramError.self, sourceLocation: sourceLocation) { try network.check() }
    #expect("\(error.map(\.description) ?? "")".contains(what), sourceLocation: sourceLocation)
  }

  @Test func theNetworksThemselvesAreLegal() throws {
    for network in [Network.small, .everything, .donor, .acceptor, .digits] { try network.check() }
  }

  @Test func inputs() {
    func picture(_ channels: Int, width: Int = 5, shift: Int = 1, fraction: Int = 16, offset: Int64 = 0) -> InputFormat
    {
      .picture(
        PictureFormat(
          height: 4, width: width, channels: Array(repeating: .init(mantissa: 1, offset: offset), count: channels),
          shift: shift, fraction: fraction))
    }
    expectIllegal("2 channels") { $0.input = picture(2) }
    expectIllegal("0 channels") { $0.input = picture(0) }
    expectIllegal("too great") { $0.input = picture(1, width: 1 << 23) }
    expectIllegal("shift") { $0.input = picture(1, shift: 41) }
    expectIllegal("25 fraction bits") { $0.input = picture(1, fraction: 25) }
    expectIllegal("offset") { $0.input = picture(1, offset: 1 << 46 + 1) }
    expectIllegal("too great", in: .donor) { $0.input = .nucleotides(NucleotideFormat(length: 1 << 23, fraction: 1)) }
  }

  @Test func sources() {
    expectIllegal("reads tensor 2") { $0.operators[1] = .relu(source: 2) }
    expectIllegal("reads tensor -1") { $0.operators[1] = .relu(source: -1) }
    expectIllegal("nothing reads it") { $0.operators.insert(.relu(source: 0), at: 0) }
    expectIllegal("no operator") { $0.operators = [] }
    expectIllegal("1023 operators") { $0.operators = Array(repeating: .relu(source: 0), count: 1024) }
  }

  @Test func convolutions() {
    func change(_ body: @escaping (inout Convolution) -> Void) -> (inout Network) -> Void {
      { network in
        guard case .convolution(var convolution) = network.operators[0] else { return }
        body(&convolution)
        network.operators[0] = .convolution(convolution)
      }
    }
    expectIllegal("Hadamard", change { $0.site = QuantizerSite(block: 2) })
    expectIllegal("block shift", change { $0.site.mode = .blockShift })
    expectIllegal("window's size", change { $0.window.vertical.size = 0 })
    expectIllegal("window's size", change { $0.window.vertical.stride = 1025 })
    expectIllegal("window's size", change { $0.window.vertical.before = 3 })
    expectIllegal("window's size", change { $0.window.horizontal.after = -1 })
    expectIllegal("greater than the padded", change { $0.window.horizontal.dilation = 3 })
    expectIllegal("3×9", change { $0.window.vertical.size = 2 })
    expectIllegal("layout", change { $0.matrix.layout = .rows })
    expectIllegal("exponent", change { $0.matrix.exponent = 121 })
    expectIllegal("fraction bits", change { $0.matrix.outputFraction = 21 })
    expectIllegal("accumulator", change { $0.matrix.accumulatorWidth = 5 })
    expectIllegal("rows", change { $0.matrix.rows = NetworkLimits.dimension + 1 })
  }

  @Test func otherOperators() {
    expectIllegal("block of 3") { network in
      guard case .dense(var dense) = network.operators[2] else { return }
      dense.site.block = 3
      network.operators[2] = .dense(dense)
    }
    expectIllegal("low bound", in: .everything) { $0.operators[3] = .clamp(source: 3, low: 2, high: 1) }
    expectIllegal("shapes", in: .everything) { $0.operators[4] = .add(left: 4, right: 0, fraction: 12) }
    expectIllegal("fraction bits", in: .everything) { $0.operators[4] = .add(left: 4, right: 1, fraction: 25) }
    expectIllegal("dilated", in: .everything) {
      $0.operators[5] = .maximumPool(source: 5, Window(horizontal: WindowAxis(size: 2, dilation: 2)))
    }
    expectIllegal("2×1×4 into 4×1×3", in: .everything) {
      $0.operators[7] = .reshape(source: 7, TensorShape(channels: 4, width: 3))
    }
    for (mantissas, offsets) in [([1], [1, 1]), ([1, 1], [1]), ([], [])] as [([Int32], [Int64])] {
      expectIllegal("factors", in: .everything) {
        $0.operators[1] = .affine(
          ChannelAffine(source: 1, fraction: 13, exponent: 1, mantissas: mantissas, offsets: offsets))
      }
    }
  }

  @Test func logitsAndLabels() {
    expectIllegal("fraction bits, not 16") { $0.operators[2].matrix?.outputFraction = 15 }
    expectIllegal("not one value") {
      $0.operators.removeLast()
      $0.operators[0].matrix?.outputFraction = 16
      $0.labels = []
    }
    expectIllegal("3 for 2 logits") { $0.labels.append([0x41]) }
    for label in [[], [0x0A], [0x7F], [0xFF], Array(repeating: 0x41, count: 257)] as [[UInt8]] {
      expectIllegal("plain UTF-8") { $0.labels[1] = label }
    }
  }

  @Test func tensorsOfTooManyValuesAltogether() {
    let format = PictureFormat(
      height: 4000, width: 4000, channels: [.init(mantissa: 1, offset: 0)], shift: 0, fraction: 0)
    let network = Network(input: .picture(format), operators: (0..<5).map { .relu(source: $0) })
    expectIllegal("tensors of more than", in: network) { _ in }
  }

  /// A few bytes that ask for hours: pools with windows as great as their tensors.
  @Test func windowsThatReadForHours() {
    let all = WindowAxis(size: 1024, before: 511, after: 512)
    let network = Network(
      input: .nucleotides(NucleotideFormat(length: 1 << 18, fraction: 16)),
      operators: [.reshape(source: 0, TensorShape(channels: 1, height: 1024, width: 1024))]
        + (1...60).map { .maximumPool(source: $0, Window(vertical: all, horizontal: all)) })
    let error = #expect(throws: ProgramError.self) { try network.check() }
    #expect("\(error.map(\.description) ?? "")".contains("2^40"))
  }
}
