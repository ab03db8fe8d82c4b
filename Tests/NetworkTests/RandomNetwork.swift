import Program

/// Draws legal networks with every operator and option.
struct RandomNetwork {
  private var random: RandomNumbers
  private var operators: [NetworkOperator] = []
  private var tensors: [NetworkTensor]
  private let input: InputFormat

  /// A network with weights, and inputs for it.
  static func draw(seed: UInt64) -> (network: TestNetwork, inputs: [NetworkInput]) {
    var drawn = RandomNetwork(seed: seed)
    for _ in 0..<Int.random(in: 1...7, using: &drawn.random) { drawn.addOperator() }
    return drawn.finished()
  }

  private init(seed: UInt64) {
    random = RandomNumbers(seed: seed)
    input = InputFormat(random: &random)
    tensors = [input.tensor]
  }

  private mutating func finished() -> (TestNetwork, [NetworkInput]) {
    let count = Int.random(in: 1...5, using: &random)
    addDense(rows: count, fraction: 16)
    let labels = (0..<count).map { Array("label \($0)".utf8) }
    let network = Network(input: input, operators: operators, labels: random.oneIn(2) ? labels : [])
    let inputs = (0..<3).map { NetworkInput(random: input, kind: $0, &random) }
    return (TestNetwork(network, random: &random), inputs)
  }

  private var last: NetworkTensor { tensors[tensors.count - 1] }
  private var source: Int { tensors.count - 1 }

  private mutating func append(_ element: NetworkOperator, _ shape: TensorShape, fraction: Int) {
    operators.append(element)
    tensors.append(NetworkTensor(shape: shape, fraction: fraction))
  }

  private mutating func addOperator() {
    let (source, last) = (source, last)
    switch Int.random(in: 0..<11, using: &random) {
    case 0, 1, 2: addConvolution()
    case 3: addDense(rows: Int.random(in: 1...40, using: &random), fraction: Int.random(in: 6...18, using: &random))
    case 4: append(.relu(source: source), last.shape, fraction: last.fraction)
    case 5:
      let limit = Int64(3) << Int64(last.fraction)
      append(.clamp(source: source, low: -limit / 3, high: limit), last.shape, fraction: last.fraction)
    case 6:
      let function = TableActivation.allCases[Int.random(in: 0..<3, using: &random)]
      append(
        .activation(source: source, function), last.shape, fraction: function == .sigmoid ? 16 : last.fraction)
    case 7: addSum()
    case 8: addAffine()
    case 9: addPool()
    default:
      let shape = TensorShape(channels: last.shape.width, height: last.shape.channels, width: last.shape.height)
      append(.reshape(source: source, shape), shape, fraction: last.fraction)
    }
  }

  private mutating func addConvolution() {
    let window = Window(random: last.shape, mayDilate: true, &random)
    guard let (height, width) = window.positions(over: last.shape) else { return }
    let rows = Int.random(in: 1...40, using: &random)
    let matrix = drawMatrix(
      rows, last.shape.channels * window.area, fraction: Int.random(in: 6...18, using: &random))
    let mode: QuantizerSite.Mode = random.oneIn(2) ? .int8 : .twoLimbs
    append(
      .convolution(
        Convolution(source: source, window: window, site: QuantizerSite(block: 1, mode: mode), matrix: matrix)),
      TensorShape(channels: rows, height: height, width: width), fraction: matrix.outputFraction)
  }

  private mutating func addDense(rows: Int, fraction: Int) {
    let columns = last.shape.count
    let block = random.oneIn(2) ? 1 : QuantizerSite.largestBlock(columns: columns)
    let modes: [QuantizerSite.Mode] = block > 1 ? [.int8, .blockShift, .twoLimbs] : [.int8, .twoLimbs]
    let site = QuantizerSite(block: block, mode: modes[Int.random(in: 0..<modes.count, using: &random)])
    let matrix = drawMatrix(rows, columns, fraction: fraction)
    append(
      .dense(Dense(source: source, site: site, matrix: matrix)), TensorShape(channels: rows), fraction: fraction)
  }

  private mutating func drawMatrix(_ rows: Int, _ columns: Int, fraction: Int) -> Matrix {
    var matrix = Matrix(rows, columns, fraction: fraction, hasBias: random.oneIn(2))
    if random.oneIn(4) { matrix.format = .int4 }
    return matrix
  }

  private mutating func addSum() {
    let shape = last.shape
    let partners = tensors.indices.filter { tensors[$0].shape == shape }
    let other = partners[Int.random(in: 0..<partners.count, using: &random)]
    let fraction = Int.random(in: 4...18, using: &random)
    append(.add(left: source, right: other, fraction: fraction), shape, fraction: fraction)
  }

  private mutating func addAffine() {
    let channels = last.shape.channels
    let fraction = Int.random(in: 4...18, using: &random)
    let affine = ChannelAffine(
      source: source, fraction: fraction, exponent: 12,
      mantissas: (0..<channels).map { _ in Int32.random(in: -5000...5000, using: &random) },
      offsets: (0..<channels).map { _ in Int64.random(in: -100...100, using: &random) << Int64(fraction - 4) })
    append(.affine(affine), last.shape, fraction: fraction)
  }

  private mutating func addPool() {
    let window = Window(random: last.shape, mayDilate: false, &random)
    guard let (height, width) = window.positions(over: last.shape) else { return }
    let shape = TensorShape(channels: last.shape.channels, height: height, width: width)
    let element: NetworkOperator =
      random.oneIn(2)
      ? .maximumPool(source: source, window)
      : .averagePool(source: source, window, countsPadding: random.oneIn(2))
    append(element, shape, fraction: last.fraction)
  }
}

extension InputFormat {
  fileprivate init(random: inout RandomNumbers) {
    let fraction = Int.random(in: 0...16, using: &random)
    if random.oneIn(3) {
      self = .nucleotides(NucleotideFormat(length: Int.random(in: 5...40, using: &random), fraction: fraction))
      return
    }
    let channels = (0..<(random.oneIn(2) ? 1 : 3)).map { _ in
      PictureFormat.Channel(
        mantissa: Int32.random(in: -70_000...70_000, using: &random),
        offset: Int64.random(in: -9000...9000, using: &random))
    }
    self = .picture(
      PictureFormat(
        height: Int.random(in: 3...13, using: &random), width: Int.random(in: 3...13, using: &random),
        channels: channels, shift: Int.random(in: 4...12, using: &random), fraction: fraction))
  }
}

extension Window {
  /// A window that mostly fits, with stride, padding and dilation.
  fileprivate init(random shape: TensorShape, mayDilate: Bool, _ random: inout RandomNumbers) {
    func axis(_ count: Int) -> WindowAxis {
      var axis = WindowAxis(
        size: Int.random(in: 1...min(5, count), using: &random), stride: Int.random(in: 1...3, using: &random),
        dilation: mayDilate && random.oneIn(3) ? 2 : 1)
      axis.before = Int.random(in: 0..<axis.extent, using: &random)
      axis.after = Int.random(in: 0..<axis.extent, using: &random)
      return axis
    }
    self.init(vertical: axis(shape.height), horizontal: axis(shape.width))
  }
}

extension NetworkInput {
  /// Kind 0: random; 1: all the same; 2: extremes.
  fileprivate init(random format: InputFormat, kind: Int, _ random: inout RandomNumbers) {
    switch format {
    case .picture:
      let shape = format.tensor.shape
      let bytes = (0..<shape.count).map { _ -> UInt8 in
        switch kind {
        case 0: UInt8.random(in: 0...255, using: &random)
        case 1: 0
        default: random.oneIn(2) ? 0 : 255
        }
      }
      self = .picture(shape: shape, bytes: bytes)
    case .nucleotides(let format):
      let letters = Array("ACGTacgt".utf8)
      self = .sequence(
        (0..<format.length).map { _ in kind == 1 ? letters[0] : letters[Int.random(in: 0..<8, using: &random)] })
    }
  }
}
