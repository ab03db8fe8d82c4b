import Program

/// A published network with its weights in binary64, before anything is rounded.
///
/// Tensor 0 is the input, tensor i the output of `operators[i − 1]`, as in `Network`.
struct TrainedNetwork {
  /// What the network reads.
  enum Input: Equatable {
    case picture(TensorShape)
    case nucleotides(length: Int)

    var shape: TensorShape {
      switch self {
      case .picture(let shape): shape
      case .nucleotides(let length): TensorShape(channels: NucleotideFormat.letters.count, width: length)
      }
    }
  }

  let input: Input
  /// The value of a picture's byte is byte · scale + offset, for each channel.
  var pixels: ChannelMap
  private(set) var operators: [TrainedOperator] = []
  /// Shape of every tensor.
  private(set) var shapes: [TensorShape]
  /// What stands at the end of the model and changes nothing about the order of the logits.
  var dropped: [String] = []

  init(input: Input) {
    self.input = input
    shapes = [input.shape]
    pixels = ChannelMap(channels: input.shape.channels)
  }

  /// Appends an operator.
  /// - Returns: the number of its tensor.
  mutating func append(_ element: TrainedOperator, shape: TensorShape) -> Int {
    operators.append(element)
    shapes.append(shape)
    return operators.count
  }

  /// Appends an operator whose tensor has the shape of the first that it reads.
  mutating func append(_ element: TrainedOperator) -> Int {
    append(element, shape: shapes[element.sources[0]])
  }

  /// Replaces the operator of a tensor by another of the same shape.
  mutating func replace(_ tensor: Int, with element: TrainedOperator) { operators[tensor - 1] = element }

  /// Takes an operator out; what read its tensor reads `source` instead.
  mutating func remove(_ tensor: Int, readersRead source: Int) {
    operators.remove(at: tensor - 1)
    shapes.remove(at: tensor)
    for index in operators.indices {
      operators[index].mapSources { $0 == tensor ? source : $0 > tensor ? $0 - 1 : $0 }
    }
  }

  /// For each tensor, the numbers of the tensors that are computed from it, ascending.
  func readers() -> [[Int]] {
    var readers = [[Int]](repeating: [], count: operators.count + 1)
    for (index, element) in operators.enumerated() {
      for source in Set(element.sources) { readers[source].append(index + 1) }
    }
    return readers
  }

  /// Keeps what the given tensor depends on, which becomes the last.
  mutating func keepOnly(what tensor: Int) {
    var isNeeded = [Bool](repeating: false, count: operators.count + 1)
    isNeeded[tensor] = true
    for index in stride(from: tensor, to: 0, by: -1) where isNeeded[index] {
      for source in operators[index - 1].sources { isNeeded[source] = true }
    }
    for index in stride(from: operators.count, to: 0, by: -1) where !isNeeded[index] {
      remove(index, readersRead: 0)
    }
  }
}

/// A factor and an offset for each channel.
struct ChannelMap: Equatable {
  var scales: [Double]
  var offsets: [Double]

  init(scales: [Double], offsets: [Double]) {
    precondition(scales.count == offsets.count)
    self.scales = scales
    self.offsets = offsets
  }

  /// Nothing happens to any channel.
  init(channels: Int) {
    self.init(scales: [Double](repeating: 1, count: channels), offsets: [Double](repeating: 0, count: channels))
  }

  /// First this, then `next`: scale·s, offset·s + o.
  func followed(by next: ChannelMap) -> ChannelMap {
    precondition(next.scales.count == scales.count)
    return ChannelMap(
      scales: scales.indices.map { scales[$0] * next.scales[$0] },
      offsets: scales.indices.map { offsets[$0] * next.scales[$0] + next.offsets[$0] })
  }

  /// Batch normalisation: s = γ/√(v + ε), o = β − μ·s.
  static func normalization(
    gammas: [Double], betas: [Double], means: [Double], variances: [Double], epsilon: Double
  ) -> ChannelMap {
    let scales = gammas.indices.map { gammas[$0] / (variances[$0] + epsilon).squareRoot() }
    return ChannelMap(scales: scales, offsets: scales.indices.map { betas[$0] - means[$0] * scales[$0] })
  }

  /// Whether every number is finite.
  var isFinite: Bool { (scales + offsets).allSatisfy(\.isFinite) }
}
