import Program

/// Turns a Keras architecture and its weights into a trained network.
///
/// Keras keeps channels last: a flattened tensor is position after position. Tensors here are channel after channel, so
/// that the columns of a matrix behind a flatten change places.
struct KerasTranslation {
  private let weights: KerasWeights
  private var network: TrainedNetwork
  private var tensor = 0
  /// Whether matrices apply to the whole tensor.
  private var isFlat: Bool
  /// Tensors that were read.
  private var used: Set<String> = []

  private var shape: TensorShape { network.shapes[tensor] }

  private init(_ architecture: KerasArchitecture, _ weights: KerasWeights) {
    self.weights = weights
    isFlat = false
    switch architecture.input {
    case .picture(let height, let width, let channels):
      network = TrainedNetwork(input: .picture(TensorShape(channels: channels, height: height, width: width)))
    case .nucleotides(let length): network = TrainedNetwork(input: .nucleotides(length: length))
    }
  }

  /// - Throws: `ImportError.network` with the layer or tensor; every tensor of the file must be used.
  static func network(_ architecture: KerasArchitecture, _ weights: KerasWeights) throws(ImportError) -> TrainedNetwork
  {
    var translation = KerasTranslation(architecture, weights)
    for (index, layer) in architecture.layers.enumerated() {
      let isLast = architecture.layers[(index + 1)...].allSatisfy { $0 == .nothing }
      try translation.translate(layer, isLast: isLast)
    }
    for tensor in weights.file.tensors where !translation.used.contains(tensor.name) {
      throw weights.failure("tensor \(tensor.name)", "no layer uses it")
    }
    guard translation.tensor > 0, translation.shape.area == 1 else {
      throw weights.failure("the last layer", "a result of \(translation.shape), not one row of logits")
    }
    return translation.network
  }

  private mutating func append(_ element: TrainedOperator) { tensor = network.append(element) }

  private mutating func translate(_ layer: KerasLayer, isLast: Bool) throws(ImportError) {
    switch layer {
    case .dense(let name, let activation):
      try appendDense(name)
      try append(activation, place: "layer \(name)", isLast: isLast)
    case .convolution(let name, let windowing, let activation):
      try appendConvolution(name, windowing)
      try append(activation, place: "layer \(name)", isLast: isLast)
    case .batchNormalization(let name, let epsilon): try appendNormalization(name, epsilon)
    case .activation(let activation): try append(activation, place: "activation", isLast: isLast)
    case .flatten: isFlat = true
    case .maximumPool(let windowing):
      let tensor = tensor
      try appendWindow(windowing, channels: shape.channels, place: "pooling") { .maximumPool(source: tensor, $0) }
    case .averagePool(let windowing):
      let tensor = tensor
      try appendWindow(windowing, channels: shape.channels, place: "pooling") {
        .averagePool(source: tensor, $0, countsPadding: false)
      }
    case .globalMaximumPool, .globalAveragePool: appendGlobalPool(isMaximum: layer == .globalMaximumPool)
    case .nothing: break
    }
  }

  private mutating func append(
    _ activation: KerasLayer.Activation, place: String, isLast: Bool
  ) throws(ImportError) {
    switch activation {
    case .linear: break
    case .relu: append(.relu(source: tensor))
    case .sigmoid, .softmax:
      if isLast {
        network.dropped.append("\(place) (\(activation.rawValue))")
      } else if activation == .sigmoid {
        append(.activation(source: tensor, .sigmoid))
      } else {
        throw weights.failure(place, "a softmax before the end is not supported")
      }
    }
  }

  /// The bias of a layer that may have none.
  private mutating func biases(_ name: String, count: Int) throws(ImportError) -> [Double] {
    guard weights.has(name + ".bias") else { return [] }
    used.insert(name + ".bias")
    return try weights.values(name + ".bias", shape: [count])
  }

  private mutating func appendDense(_ name: String) throws(ImportError) {
    let kernel = name + ".kernel"
    used.insert(kernel)
    let (channels, area) = (shape.channels, shape.area)
    guard isFlat || area == 1 else {
      throw weights.failure("layer \(name)", "a dense layer on \(shape): flatten it first")
    }
    let sizes = try weights.shape(kernel)
    guard sizes.count == 2, sizes[0] == shape.count, (1...NetworkLimits.dimension).contains(sizes[1]) else {
      throw weights.failure("tensor \(kernel)", "shape \(sizes) on \(shape.count) values")
    }
    let (columns, rows) = (sizes[0], sizes[1])
    let values = try weights.values(kernel)
    var matrix = [Double](repeating: 0, count: values.count)
    for input in 0..<columns {
      // Place `input` is position input / channels, channel input % channels.
      let column = input % channels * area + input / channels
      for row in 0..<rows { matrix[row * columns + column] = values[input * rows + row] }
    }
    let linear = TrainedLinear(
      source: tensor, window: nil, rows: rows, weights: matrix, biases: try biases(name, count: rows),
      name: "layer \(name)")
    tensor = network.append(.linear(linear), shape: TensorShape(channels: rows))
    isFlat = false
  }

  /// Kernels have shape (window…, inputs, outputs).
  private mutating func appendConvolution(_ name: String, _ windowing: KerasLayer.Windowing) throws(ImportError) {
    let kernel = name + ".kernel"
    used.insert(kernel)
    let sizes = try weights.shape(kernel)
    let channels = shape.channels
    guard sizes.count == windowing.sizes.count + 2, Array(sizes.dropLast(2)) == windowing.sizes,
      sizes[sizes.count - 2] == channels, let rows = sizes.last, (1...NetworkLimits.dimension).contains(rows)
    else { throw weights.failure("tensor \(kernel)", "shape \(sizes) on \(shape) with a window of \(windowing.sizes)") }
    let values = try weights.values(kernel)
    let area = windowing.sizes.reduce(1, *)
    var matrix = [Double](repeating: 0, count: values.count)
    for tap in 0..<area {
      for channel in 0..<channels {
        for row in 0..<rows {
          matrix[(row * channels + channel) * area + tap] = values[(tap * channels + channel) * rows + row]
        }
      }
    }
    let (source, biases) = (tensor, try biases(name, count: rows))
    try appendWindow(windowing, channels: rows, place: "layer \(name)") { window in
      .linear(
        TrainedLinear(
          source: source, window: window, rows: rows, weights: matrix, biases: biases, name: "layer \(name)"))
    }
  }

  private mutating func appendWindow(
    _ windowing: KerasLayer.Windowing, channels: Int, place: String, _ make: (Window) -> TrainedOperator
  ) throws(ImportError) {
    guard !isFlat, windowing.sizes.count == 2 || shape.height == 1 else {
      throw weights.failure(place, "a window of \(windowing.sizes) on \(isFlat ? "a flat row" : "\(shape)")")
    }
    let counts = windowing.sizes.count == 2 ? [shape.height, shape.width] : [shape.width]
    let axes = counts.indices.map { axis in
      var values = WindowAxisValues(
        size: windowing.sizes[axis], stride: windowing.strides[axis], dilation: windowing.dilations[axis])
      if windowing.isSame { values.pad(over: counts[axis], greaterBefore: false) }
      return values
    }
    let window = Window(axes)
    guard let (height, width) = window.positions(over: shape) else {
      throw weights.failure(place, "a window of \(windowing.sizes) is greater than \(shape)")
    }
    tensor = network.append(make(window), shape: TensorShape(channels: channels, height: height, width: width))
  }

  private mutating func appendGlobalPool(isMaximum: Bool) {
    let window = Window(whole: shape)
    tensor = network.append(
      isMaximum ? .maximumPool(source: tensor, window) : .averagePool(source: tensor, window, countsPadding: false),
      shape: TensorShape(channels: shape.channels))
  }

  private mutating func appendNormalization(_ name: String, _ epsilon: Double) throws(ImportError) {
    guard !isFlat || shape.area == 1 else {
      throw weights.failure("layer \(name)", "a normalisation of a flat row is not supported")
    }
    func part(_ variable: String) throws(ImportError) -> [Double]? {
      let tensor = name + "." + variable
      guard weights.has(tensor) else { return nil }
      used.insert(tensor)
      return try weights.values(tensor, shape: [shape.channels])
    }
    guard let means = try part("moving_mean"), let variances = try part("moving_variance") else {
      throw weights.failure("layer \(name)", "a normalisation without moving_mean and moving_variance")
    }
    let map = ChannelMap.normalization(
      gammas: try part("gamma") ?? means.map { _ in 1 }, betas: try part("beta") ?? means.map { _ in 0 }, means: means,
      variances: variances, epsilon: epsilon)
    guard map.isFinite else { throw weights.failure("layer \(name)", "a variance that is not positive") }
    append(.affine(source: tensor, map))
  }
}
