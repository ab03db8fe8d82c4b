extension Network {
  /// Checks every constraint of docs/spec-networks.md, section 4. Bounds are another matter: see `NetworkBounds`.
  /// - Throws: `ProgramError.illegal` for the first that is broken.
  package func check() throws(ProgramError) {
    let tensors = try tensors()
    try checkReaders()
    let logits = tensors[tensors.count - 1]
    let place = Place("logits")
    try require(logits.fraction == Self.logitFraction, place, "\(logits.fraction) fraction bits, not 16")
    try require(logits.shape.area == 1, place, "shape \(logits.shape), not one value a channel")
    try require(logits.shape.channels <= NetworkLimits.logitCount, place, "more than \(NetworkLimits.logitCount)")
    try require(
      labels.isEmpty || labels.count == logits.shape.channels, Place("labels"),
      "\(labels.count) for \(logits.shape.channels) logits")
    for (index, label) in labels.enumerated() {
      try require(Self.isLegalLabel(label), Place("labels"), "label \(index) is no plain UTF-8 text")
    }
  }

  /// Shape and fraction of every tensor, each operator checked against what it reads.
  /// - Throws: `ProgramError.illegal` for the first constraint that an operator breaks.
  package func tensors() throws(ProgramError) -> [NetworkTensor] {
    try require(!operators.isEmpty, Place("network"), "no operator")
    try require(
      operators.count <= NetworkLimits.operatorCount, Place("network"),
      "more than \(NetworkLimits.operatorCount) operators")
    var tensors = [try InputCheck(input).tensor()]
    var (total, work) = (tensors[0].shape.count, 0)
    for (index, element) in operators.enumerated() {
      let place = Place(element.name, layer: index + 1)
      for source in element.sources {
        try require((0...index).contains(source), place, "reads tensor \(source), which is not an earlier one")
      }
      let tensor = try OperatorCheck(element, sources: element.sources.map { tensors[$0] }, place: place).tensor()
      total += tensor.shape.count
      try require(total <= NetworkLimits.totalSize, place, "tensors of more than \(NetworkLimits.totalSize) values")
      work = work.addingSaturating(tensor.shape.count.multipliedSaturating(by: element.readCount))
      try require(work <= NetworkLimits.work, place, "more than 2^40 values read in all")
      tensors.append(tensor)
    }
    return tensors
  }

  /// Every tensor but the last is read: there is no computation without effect.
  private func checkReaders() throws(ProgramError) {
    var isRead = [Bool](repeating: false, count: tensorCount)
    for element in operators { for source in element.sources { isRead[source] = true } }
    for index in 0..<operators.count where !isRead[index] {
      throw .illegal(
        place: index == 0 ? Place("input") : Place(operators[index - 1].name, layer: index), reason: "nothing reads it")
    }
  }

  private static func isLegalLabel(_ label: [UInt8]) -> Bool {
    (1...NetworkLimits.labelLength).contains(label.count) && label.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      && String(validating: label, as: UTF8.self) != nil
  }
}

extension NetworkOperator {
  /// Values that are read for one value of the result: a matrix's columns, a window's area, or one or two.
  fileprivate var readCount: Int {
    if let matrix { return matrix.columns }
    switch self {
    case .maximumPool(_, let window), .averagePool(_, let window, _):
      return window.vertical.size.multipliedSaturating(by: window.horizontal.size)
    default: return 2
    }
  }
}

extension Int {
  fileprivate func multipliedSaturating(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }

  fileprivate func addingSaturating(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

/// The constraints on an input format.
private struct InputCheck {
  let input: InputFormat
  let place = Place("input", layer: 0)

  init(_ input: InputFormat) {
    self.input = input
  }

  func tensor() throws(ProgramError) -> NetworkTensor {
    if case .picture(let format) = input { try check(format) }
    let tensor = input.tensor
    try require(tensor.shape.isWithinLimits, place, "shape \(tensor.shape) is too great")
    try require(NetworkLimits.fraction.contains(tensor.fraction), place, "\(tensor.fraction) fraction bits")
    return tensor
  }

  private func check(_ format: PictureFormat) throws(ProgramError) {
    try require([1, 3].contains(format.channels.count), place, "\(format.channels.count) channels, not 1 or 3")
    try require(NetworkLimits.inputShift.contains(format.shift), place, "a shift of \(format.shift)")
    let limit = Int64(1) << 46
    for channel in format.channels {
      try require((-limit...limit).contains(channel.offset), place, "an offset of \(channel.offset)")
    }
  }
}

/// The constraints on one operator, and the tensor that it makes.
private struct OperatorCheck {
  let element: NetworkOperator
  let sources: [NetworkTensor]
  let place: Place

  init(_ element: NetworkOperator, sources: [NetworkTensor], place: Place) {
    self.element = element
    self.sources = sources
    self.place = place
  }

  func tensor() throws(ProgramError) -> NetworkTensor {
    let tensor = try made(from: sources[0])
    try require(tensor.shape.isWithinLimits, place, "a tensor of \(tensor.shape) is too great")
    try require(NetworkLimits.fraction.contains(tensor.fraction), place, "\(tensor.fraction) fraction bits of output")
    return tensor
  }

  private func made(from source: NetworkTensor) throws(ProgramError) -> NetworkTensor {
    switch element {
    case .convolution(let convolution): return try made(by: convolution, from: source)
    case .dense(let dense): return try made(by: dense, from: source)
    case .relu, .activation(_, .silu), .activation(_, .gelu): return source
    case .activation(_, .sigmoid): return NetworkTensor(shape: source.shape, fraction: 16)
    case .clamp(_, let low, let high):
      try require(low <= high, place, "the low bound \(low) is above the high bound \(high)")
      return source
    case .add(_, _, let fraction):
      try require(source.shape == sources[1].shape, place, "shapes \(source.shape) and \(sources[1].shape)")
      return NetworkTensor(shape: source.shape, fraction: fraction)
    case .affine(let affine): return try made(by: affine, from: source)
    case .maximumPool(_, let window), .averagePool(_, let window, _):
      try require(
        window.vertical.dilation == 1 && window.horizontal.dilation == 1, place, "a pool with a dilated window")
      return NetworkTensor(
        shape: try shape(window, over: source, channels: source.shape.channels), fraction: source.fraction)
    case .reshape(_, let shape):
      try require(shape.isWithinLimits && shape.count == source.shape.count, place, "\(source.shape) into \(shape)")
      return NetworkTensor(shape: shape, fraction: source.fraction)
    }
  }

  private func shape(_ window: Window, over source: NetworkTensor, channels: Int) throws(ProgramError) -> TensorShape {
    try require(
      window.vertical.isWithinLimits && window.horizontal.isWithinLimits, place, "a window's size or padding")
    guard let (height, width) = window.positions(over: source.shape) else {
      throw .illegal(place: place, reason: "a window greater than the padded \(source.shape)")
    }
    return TensorShape(channels: channels, height: height, width: width)
  }

  private func made(by convolution: Convolution, from source: NetworkTensor) throws(ProgramError) -> NetworkTensor {
    let shape = try shape(convolution.window, over: source, channels: convolution.matrix.rows)
    try check(convolution.matrix, columns: source.shape.channels * convolution.window.area)
    try require(convolution.site.block == 1, place, "a Hadamard block in a convolution")
    try require(convolution.site.mode != .blockShift, place, "block shift in a convolution")
    return NetworkTensor(shape: shape, fraction: convolution.matrix.outputFraction)
  }

  private func made(by dense: Dense, from source: NetworkTensor) throws(ProgramError) -> NetworkTensor {
    try check(dense.matrix, columns: source.shape.count)
    try dense.site.check(place, columns: source.shape.count)
    return NetworkTensor(
      shape: TensorShape(channels: dense.matrix.rows), fraction: dense.matrix.outputFraction)
  }

  private func made(by affine: ChannelAffine, from source: NetworkTensor) throws(ProgramError) -> NetworkTensor {
    let channels = source.shape.channels
    try require(
      affine.mantissas.count == channels && affine.offsets.count == channels, place,
      "\(affine.mantissas.count) factors for \(channels) channels")
    try require(NetworkLimits.exponent.contains(affine.exponent), place, "an exponent of \(affine.exponent)")
    let limit = Int64(1) << 46
    try require(affine.offsets.allSatisfy { (-limit...limit).contains($0) }, place, "an offset beyond 46 bits")
    return NetworkTensor(shape: source.shape, fraction: affine.fraction)
  }

  private func check(_ matrix: Matrix, columns: Int) throws(ProgramError) {
    try require(matrix.rows <= NetworkLimits.dimension, place, "more than \(NetworkLimits.dimension) rows")
    try matrix.check(place, rows: matrix.rows, columns: columns)
  }
}
