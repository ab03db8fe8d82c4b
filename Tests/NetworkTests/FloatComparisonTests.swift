import Program
import Testing

/// The reference against floating point: what is left is the rounding of operands, values and tables.
@Suite struct FloatComparisonTests {
  @Test(arguments: [(QuantizerSite.Mode.twoLimbs, 0.002), (.int8, 0.05)])
  func aSmallNetworkIsNearFloatingPoint(mode: QuantizerSite.Mode, tolerance: Double) throws {
    for seed in 0..<4 {
      var random = RandomNumbers(seed: UInt64(seed))
      let test = TestNetwork(.residual(mode), random: &random)
      let shape = test.network.input.tensor.shape
      let input = NetworkInput.picture(shape: shape, bytes: random.bytes(shape.count))
      let tensors = try test.network.tensors()
      let expected = try FloatNetwork(test).run(input)
      let actual = try test.reference().run(input)
      for (index, tensor) in tensors.enumerated() {
        let scale = Double(Int64(1) << Int64(tensor.fraction))
        let greatest = expected[index].map(abs).max() ?? 0
        for (value, real) in zip(actual[index], expected[index]) {
          #expect(abs(Double(value) / scale - real) < tolerance * greatest + 0.004, "tensor \(index)")
        }
      }
    }
  }

  @Test func tablesAreNearTheirFunctions() throws {
    for function in TableActivation.allCases {
      let network = Network(
        input: .picture(
          PictureFormat(
            height: 1, width: 256, channels: [.init(mantissa: 3277, offset: -6 << 16)], shift: 0, fraction: 16)),
        operators: [
          .activation(source: 0, function),
          .dense(Dense(source: 1, site: QuantizerSite(block: 1), matrix: Matrix(1, 256, fraction: 16))),
        ])
      var random = RandomNumbers(seed: 1)
      let test = TestNetwork(network, random: &random)
      let input = NetworkInput.picture(shape: network.input.tensor.shape, bytes: (0...255).map { UInt8($0) })
      let (expected, actual) = (try FloatNetwork(test).run(input)[1], try test.reference().run(input)[1])
      for (value, real) in zip(actual, expected) { #expect(abs(Double(value) / 65_536 - real) < 0.015) }
    }
  }
}

extension Network {
  /// Convolutions with stride, padding and dilation, a sum, a norm, pools and activations.
  fileprivate static func residual(_ mode: QuantizerSite.Mode) -> Network {
    let site = QuantizerSite(block: 1, mode: mode)
    let same = WindowAxis(size: 3, before: 1, after: 1)
    let wide = WindowAxis(size: 3, dilation: 2, before: 2, after: 2)
    let channel = PictureFormat.Channel(mantissa: 514, offset: -65_536)
    func affine(_ source: Int) -> NetworkOperator {
      .affine(
        ChannelAffine(
          source: source, fraction: 14, exponent: 10, mantissas: [900, -1200, 1024, 700, 1500, 1],
          offsets: [0, 100, -2000, 9000, 1, -1]))
    }
    let half = Window(vertical: WindowAxis(size: 2, stride: 2), horizontal: WindowAxis(size: 3, stride: 2, before: 1))
    return Network(
      input: .picture(
        PictureFormat(height: 9, width: 8, channels: [channel, channel, channel], shift: 0, fraction: 16)),
      operators: [
        .convolution(
          Convolution(
            source: 0, window: Window(vertical: same, horizontal: wide), site: site, matrix: Matrix(6, 27, fraction: 16)
          )),
        .activation(source: 1, .silu),
        affine(2),
        .add(left: 3, right: 1, fraction: 15),
        .averagePool(source: 4, half, countsPadding: true),
        .averagePool(source: 4, half, countsPadding: false),
        .add(left: 5, right: 6, fraction: 16),
        .convolution(
          Convolution(
            source: 7, window: Window(vertical: same, horizontal: same), site: site, matrix: Matrix(5, 54, fraction: 16)
          )),
        .maximumPool(source: 8, half),
        .clamp(source: 9, low: -100_000, high: 200_000),
        .dense(Dense(source: 10, site: site, matrix: Matrix(4, 20, fraction: 16))),
      ])
  }
}
