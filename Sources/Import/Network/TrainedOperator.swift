import Program

/// One operator of a trained network. Sources are numbers of earlier tensors.
enum TrainedOperator {
  case linear(TrainedLinear)
  case affine(source: Int, ChannelMap)
  case relu(source: Int)
  /// `nil` for no bound.
  case clamp(source: Int, low: Double?, high: Double?)
  case activation(source: Int, TableActivation)
  case add(left: Int, right: Int)
  case maximumPool(source: Int, Window)
  case averagePool(source: Int, Window, countsPadding: Bool)
  case reshape(source: Int, TensorShape)

  var sources: [Int] {
    switch self {
    case .linear(let linear): [linear.source]
    case .add(let left, let right): [left, right]
    case .affine(let source, _), .relu(let source), .clamp(let source, _, _), .activation(let source, _),
      .maximumPool(let source, _), .averagePool(let source, _, _), .reshape(let source, _):
      [source]
    }
  }

  mutating func mapSources(_ map: (Int) -> Int) {
    switch self {
    case .linear(var linear):
      linear.source = map(linear.source)
      self = .linear(linear)
    case .add(let left, let right): self = .add(left: map(left), right: map(right))
    case .affine(let source, let channels): self = .affine(source: map(source), channels)
    case .relu(let source): self = .relu(source: map(source))
    case .clamp(let source, let low, let high): self = .clamp(source: map(source), low: low, high: high)
    case .activation(let source, let function): self = .activation(source: map(source), function)
    case .maximumPool(let source, let window): self = .maximumPool(source: map(source), window)
    case .averagePool(let source, let window, let countsPadding):
      self = .averagePool(source: map(source), window, countsPadding: countsPadding)
    case .reshape(let source, let shape): self = .reshape(source: map(source), shape)
    }
  }
}

/// A convolution or a matrix on the flattened tensor.
struct TrainedLinear {
  var source: Int
  /// `nil` for a matrix on the whole tensor.
  let window: Window?
  let rows: Int
  let columns: Int
  /// Shape (rows, columns); columns are input channel, then row and column of the window or of the tensor.
  var weights: [Double]
  /// Shape (rows,), or empty for none.
  var biases: [Double]
  /// What the model calls it.
  let name: String

  init(source: Int, window: Window?, rows: Int, weights: [Double], biases: [Double], name: String) {
    precondition(rows > 0 && weights.count.isMultiple(of: rows) && (biases.isEmpty || biases.count == rows))
    self.source = source
    self.window = window
    self.rows = rows
    columns = weights.count / rows
    self.weights = weights
    self.biases = biases
    self.name = name
  }

  /// Whether windows reach beyond the tensor.
  var isPadded: Bool {
    guard let window else { return false }
    return [window.vertical, window.horizontal].contains { $0.before > 0 || $0.after > 0 }
  }

  private func bias(_ row: Int) -> Double { biases.isEmpty ? 0 : biases[row] }

  /// This, then a factor and an offset for each output: w·s, b·s + o.
  func followed(by map: ChannelMap) -> TrainedLinear {
    precondition(map.scales.count == rows)
    var linear = self
    for row in 0..<rows {
      for index in row * columns..<(row + 1) * columns { linear.weights[index] = weights[index] * map.scales[row] }
    }
    linear.biases = (0..<rows).map { bias($0) * map.scales[$0] + map.offsets[$0] }
    return linear
  }

  /// A factor and an offset for each input channel, then this: w·s, b + Σ w·o over ascending columns.
  /// - Precondition: nothing is padded, or no offset is other than 0.
  func preceded(by map: ChannelMap) -> TrainedLinear {
    precondition(columns.isMultiple(of: map.scales.count))
    let area = columns / map.scales.count
    let hasOffset = map.offsets.contains { $0 != 0 }
    var linear = self
    if hasOffset { linear.biases = (0..<rows).map { bias($0) } }
    for row in 0..<rows {
      var sum = 0.0
      for column in 0..<columns {
        let index = row * columns + column
        sum += weights[index] * map.offsets[column / area]
        linear.weights[index] = weights[index] * map.scales[column / area]
      }
      if hasOffset { linear.biases[row] += sum }
    }
    return linear
  }
}
