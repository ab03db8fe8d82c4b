import Program
import Testing

/// Operators of the reference on values that a person can check.
@Suite struct ReferenceNetworkTests {
  /// One channel of 3×3 bytes as they are, then the operator.
  private func run(_ elements: NetworkOperator...) throws -> [Int64] {
    let format = PictureFormat(
      height: 3, width: 3, channels: [.init(mantissa: 1, offset: -4)], shift: 0, fraction: 0)
    var operators = elements
    let tensors = try Network(input: .picture(format), operators: elements).tensors()
    operators.append(
      .dense(
        Dense(
          source: elements.count, site: QuantizerSite(block: 1),
          matrix: Matrix(1, tensors[tensors.count - 1].shape.count, fraction: 16))))
    var random = RandomNumbers(seed: 1)
    let test = TestNetwork(Network(input: .picture(format), operators: operators), random: &random)
    let shape = TensorShape(channels: 1, height: 3, width: 3)
    return try test.reference().run(.picture(shape: shape, bytes: [0, 1, 2, 3, 4, 5, 6, 7, 8]))[elements.count]
  }

  private let half = Window(
    vertical: WindowAxis(size: 2, stride: 2, after: 1), horizontal: WindowAxis(size: 2, stride: 2, after: 1))

  @Test func relu() throws {
    #expect(try run(.relu(source: 0)) == [0, 0, 0, 0, 0, 1, 2, 3, 4])
  }

  @Test func clamp() throws {
    #expect(try run(.clamp(source: 0, low: -3, high: -1)) == [-3, -3, -2, -1, -1, -1, -1, -1, -1])
  }

  @Test func aSumBringsBothToOneFraction() throws {
    // max(x, 0) + x in halves.
    #expect(try run(.relu(source: 0), .add(left: 1, right: 0, fraction: 1)) == [-8, -6, -4, -2, 0, 4, 8, 12, 16])
  }

  @Test func affineRoundsHalvesUp() throws {
    let affine = ChannelAffine(source: 0, fraction: 0, exponent: 1, mantissas: [3], offsets: [10])
    #expect(try run(.affine(affine)) == [4, 6, 7, 9, 10, 12, 13, 15, 16])
  }

  @Test func maximumPoolIgnoresPadding() throws {
    #expect(try run(.clamp(source: 0, low: -4, high: -1), .maximumPool(source: 1, half)) == [-1, -1, -1, -1])
    #expect(try run(.maximumPool(source: 0, half)) == [0, 1, 3, 4])
  }

  @Test func averagePoolDividesByWhatIsThere() throws {
    // Sums: −8, −1, 5, 4 over 4, 2, 2, 1 values.
    #expect(try run(.averagePool(source: 0, half, countsPadding: false)) == [-2, 0, 3, 4])
  }

  @Test func averagePoolMayCountPadding() throws {
    #expect(try run(.averagePool(source: 0, half, countsPadding: true)) == [-2, 0, 1, 1])
  }

  @Test func reshapeKeepsTheOrder() throws {
    let shape = TensorShape(channels: 9, height: 1, width: 1)
    #expect(try run(.reshape(source: 0, shape)) == [-4, -3, -2, -1, 0, 1, 2, 3, 4])
  }

  @Test func aConvolutionMultipliesPatchesWithZerosInThePadding() throws {
    // The greatest magnitude is 4: k = 3, m = 254 makes 127 of it, so operands are rs(x · 254, 3), the scale 8/254.
    let window = Window(
      vertical: WindowAxis(size: 1), horizontal: WindowAxis(size: 3, before: 1, after: 1))
    let matrix = Matrix(
      rows: 1, columns: 3, exponent: 0, outputFraction: 6, hasBias: true, accumulatorWidth: 4)
    let format = PictureFormat(
      height: 1, width: 3, channels: [.init(mantissa: 1, offset: 0)], shift: 0, fraction: 0)
    let network = Network(
      input: .picture(format),
      operators: [
        .convolution(Convolution(source: 0, window: window, matrix: matrix)),
        .dense(Dense(source: 1, site: QuantizerSite(block: 1), matrix: Matrix(1, 3, fraction: 16))),
      ])
    let contents = [
      MatrixContent(weights: [1, 10, 100], scales: [1], biases: [5]),
      MatrixContent(weights: [0, 0, 1], scales: [1], biases: [0]),
    ]
    let test = TestNetwork(network, contents)
    let shape = TensorShape(channels: 1, width: 3)
    let tensors = try test.reference().run(.picture(shape: shape, bytes: [4, 2, 0]))
    // Operands 127, 64 (from 63.5), 0; accumulators 7670, 767, 64; r = 8/254 in twelve bits.
    let scale = RowScale(Tables.ladder[126], exponent: 23 - 3)
    #expect(tensors[1] == [7670, 767, 64].map { rs($0 * scale.mantissa, scale.exponent - 6) + 5 })
    #expect(abs(tensors[1][0] - 5 - 240 * 64) < 150)
  }
}
