import Program

extension Network {
  /// A gray picture of 4×5 pixels, one convolution, one dense operator, two labels.
  static let small = Network(
    input: .picture(
      PictureFormat(height: 4, width: 5, channels: [.init(mantissa: 257, offset: -1)], shift: 1, fraction: 16)),
    operators: [
      .convolution(
        Convolution(
          source: 0,
          window: Window(
            vertical: WindowAxis(size: 3, before: 1, after: 1), horizontal: WindowAxis(size: 3, stride: 2, dilation: 2)),
          matrix: Matrix(3, 9))),
      .relu(source: 1),
      .dense(Dense(source: 2, site: QuantizerSite(block: 4, mode: .twoLimbs), matrix: Matrix(2, 12, fraction: 16))),
    ], labels: [Array("no".utf8), Array("yes".utf8)])

  /// Every operator once, on a sequence.
  static let everything = Network(
    input: .nucleotides(NucleotideFormat(length: 12, fraction: 14)),
    operators: [
      .convolution(
        Convolution(
          source: 0, window: Window(horizontal: WindowAxis(size: 3, before: 1, after: 1)),
          site: QuantizerSite(block: 1, mode: .twoLimbs), matrix: Matrix(2, 12, hasBias: false))),
      .affine(
        ChannelAffine(source: 1, fraction: 13, exponent: 14, mantissas: [-20_000, 1 << 14], offsets: [5, -7])),
      .activation(source: 2, .gelu),
      .clamp(source: 3, low: -1000, high: 3000),
      .add(left: 4, right: 1, fraction: 12),
      .maximumPool(source: 5, Window(horizontal: WindowAxis(size: 2, stride: 2))),
      .averagePool(
        source: 6, Window(horizontal: WindowAxis(size: 2, stride: 2, before: 1, after: 1)), countsPadding: true),
      .reshape(source: 7, TensorShape(channels: 4, height: 1, width: 2)),
      .relu(source: 8),
      .dense(
        Dense(source: 9, site: QuantizerSite(block: 8, mode: .blockShift), matrix: Matrix(1, 8, fraction: 16))),
    ])

  /// MMSplice's donor network: 18 bases, dense 72 → 128 → 64 → 1.
  static let donor = Network(
    input: .nucleotides(NucleotideFormat(length: 18, fraction: 16)),
    operators: [
      .dense(Dense(source: 0, site: QuantizerSite(block: 1), matrix: Matrix(128, 72))),
      .relu(source: 1),
      .dense(Dense(source: 2, site: QuantizerSite(block: 128), matrix: Matrix(64, 128))),
      .relu(source: 3),
      .dense(Dense(source: 4, site: QuantizerSite(block: 64), matrix: Matrix(1, 64, fraction: 16))),
    ])

  /// MMSplice's acceptor network: 53 bases, convolutions 15×4 → 32 and 1×32 → 32, dense 1696 → 1.
  static let acceptor = Network(
    input: .nucleotides(NucleotideFormat(length: 53, fraction: 16)),
    operators: [
      .convolution(
        Convolution(
          source: 0, window: Window(horizontal: WindowAxis(size: 15, before: 7, after: 7)), matrix: Matrix(32, 60))),
      .relu(source: 1),
      .convolution(
        Convolution(source: 2, window: Window(horizontal: WindowAxis(size: 1)), matrix: Matrix(32, 32))),
      .relu(source: 3),
      .dense(Dense(source: 4, site: QuantizerSite(block: 32), matrix: Matrix(1, 1696, fraction: 16))),
    ])

  /// The digit classifier of the ONNX zoo: 28×28 gray, two convolutions with pools, dense 256 → 10.
  static let digits: Network = {
    let same = WindowAxis(size: 5, before: 2, after: 2)
    func pool(_ size: Int) -> Window {
      Window(vertical: WindowAxis(size: size, stride: size), horizontal: WindowAxis(size: size, stride: size))
    }
    let window = Window(vertical: same, horizontal: same)
    return Network(
      input: .picture(
        PictureFormat(height: 28, width: 28, channels: [.init(mantissa: 1, offset: 0)], shift: 0, fraction: 0)),
      operators: [
        .convolution(Convolution(source: 0, window: window, matrix: Matrix(8, 25))),
        .relu(source: 1),
        .maximumPool(source: 2, pool(2)),
        .convolution(Convolution(source: 3, window: window, matrix: Matrix(16, 200))),
        .relu(source: 4),
        .maximumPool(source: 5, pool(3)),
        .dense(Dense(source: 6, site: QuantizerSite(block: 128), matrix: Matrix(10, 256, fraction: 16))),
      ], labels: (0...9).map { Array("\($0)".utf8) })
  }()
}
