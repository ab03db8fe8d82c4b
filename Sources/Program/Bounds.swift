/// What the bounds need to know of one matrix: norms, scales and biases by row.
package struct RowNorms: Equatable, Sendable {
  package let matrix: Matrix
  /// Σ|W| of each row.
  private(set) package var sums: [Int64] = []
  /// ⌈√ΣW²⌉ of each row.
  private(set) package var lengths: [Int64] = []
  private(set) package var maxima: [Int64] = []
  private(set) package var scales: [Int64] = []
  private(set) package var biases: [Int64] = []

  package init(matrix: Matrix) {
    self.matrix = matrix
  }

  /// Adds the next row.
  package mutating func append(_ row: [Int8], scale: UInt16, bias: Int64) {
    append(row.withUnsafeBufferPointer { RowSums($0) }, scale: scale, bias: bias)
  }

  /// Adds the next row, summed up already.
  mutating func append(_ row: RowSums, scale: UInt16, bias: Int64) {
    sums.append(row.sum)
    lengths.append(Int64(integerSquareRootUp(UInt128(row.squares))))
    maxima.append(row.maximum)
    scales.append(Int64(scale))
    biases.append(bias)
  }

  /// Adds the rows that follow, of the same matrix.
  mutating func append(_ rows: RowNorms) {
    sums += rows.sums
    lengths += rows.lengths
    maxima += rows.maxima
    scales += rows.scales
    biases += rows.biases
  }

  package init(matrix: Matrix, content: MatrixContent) {
    self.init(matrix: matrix)
    for row in 0..<matrix.rows {
      append(
        Array(content.weights[row * matrix.columns..<(row + 1) * matrix.columns]), scale: content.scales[row],
        bias: content.biases.isEmpty ? 0 : content.biases[row])
    }
  }
}

/// The proof that nothing overflows: bounds on every intermediate value of a transformer (SPEC.md, section 5).
///
/// A value of this type is the proof; there is none for a program whose bounds do not fit.
package struct Bounds: Equatable, Sendable {
  /// Greatest |x| of the residual stream after each block: embedding, then attention and feed-forward of each layer,
  /// each after its post-norm if it has one.
  private(set) package var residual: [Int64] = []
  /// Greatest |logit|; 0 in an encoder.
  private(set) package var logit: Int64 = 0

  /// - Parameter rowNorms: one for each matrix, in the order of the graph.
  /// - Throws: `ProgramError.bound` with the place and the rule of the first bound that does not hold.
  package init(graph: Graph, rowNorms: [RowNorms]) throws(ProgramError) {
    precondition(rowNorms.count == graph.matrices.count)
    let embedding = Self.rowBound(rowNorms[0])
    let positions = graph.positions.map { Self.rowBound(rowNorms[$0.index]) } ?? 0
    try grow(by: embedding + positions, graph.embeddingNorm, Place("embedding"), Place("embedding norm"))
    for (index, layer) in graph.layers.enumerated() {
      let attention = AttentionBounds(
        attention: layer.attention, layer: index, rowNorms: rowNorms, residual: residual.last ?? 0)
      try grow(
        by: attention.outputBound(), layer.attention.postNorm, Place("output", layer: index),
        Place("attention post-norm", layer: index))
      let feedForward = FeedForwardBounds(
        feedForward: layer.feedForward, layer: index, rowNorms: rowNorms, residual: residual.last ?? 0)
      try grow(
        by: feedForward.outputBound(), layer.feedForward.postNorm, Place("down", layer: index),
        Place("feed-forward post-norm", layer: index))
    }
    switch graph.output {
    case .logits(let head): try checkLogits(head, rowNorms[head.matrix.index])
    case .embedding(let pooling): try checkPooling(pooling, graph)
    }
  }

  private mutating func grow(
    by bound: Int64, _ postNorm: FormedNorm?, _ place: Place, _ normPlace: Place
  ) throws(ProgramError) {
    let total = (residual.last ?? 0) + bound
    guard total < 1 << 47 else {
      throw .bound(place: place, rule: "the residual stream could reach \(total), beyond 47 bits")
    }
    residual.append(
      try postNorm.map { norm throws(ProgramError) in
        try NormBounds.formed(norm, input: total, normPlace)
      } ?? total)
  }

  private mutating func checkLogits(_ head: Head, _ norms: RowNorms) throws(ProgramError) {
    let input = try BlockInput(head.norm, head.site, residual: residual.last ?? 0, Place("final norm"))
    logit = try input.bound(norms, Place("head"))
    guard logit < 1 << 31 else {
      throw .bound(place: Place("head"), rule: "a logit could reach \(logit), beyond 31 bits")
    }
  }

  /// The sum over all positions and its norm.
  private func checkPooling(_ pooling: Pooling, _ graph: Graph) throws(ProgramError) {
    let count = pooling == .mean ? graph.contextLength : 1
    let total = saturatingProduct(UInt128(count), UInt128(residual.last ?? 0))
    guard total < 1 << 62 else {
      throw .bound(place: Place("pooling"), rule: "the sum of all positions could reach \(total), beyond 62 bits")
    }
    try NormBounds.checkSum(count: graph.hiddenSize, epsilon: 1, Place("pooling"))
  }

  /// Greatest value of a row of an embedding at the residual stream's fraction.
  private static func rowBound(_ norms: RowNorms) -> Int64 {
    let shift = norms.matrix.exponent - Graph.residualFraction
    let products = zip(norms.maxima, norms.scales).map { $0 * $1 }
    let greatest = products.max() ?? 0
    return shift > 0 ? rs(greatest, shift) + 1 : Int64(min(scaledUp(UInt128(greatest), by: -shift), 1 << 60)) + 1
  }
}

/// Rules on norms.
enum NormBounds {
  /// A norm in the row scale.
  /// - Parameter input: greatest |value| that enters.
  static func check(_ norm: InputNorm, input: Int64, _ place: Place) throws(ProgramError) {
    guard let rowScale = norm.rowScale else { return }
    if case .layer = norm { try checkCentring(count: rowScale.gains.count, input: input, place) }
    try checkSum(count: rowScale.gains.count, epsilon: rowScale.epsilon, place)
  }

  static func checkSum(count: Int, epsilon: UInt64, _ place: Place) throws(ProgramError) {
    guard UInt128(count) << 44 + UInt128(epsilon) < 1 << 62 else {
      throw .bound(place: place, rule: "the sum of squares could leave 62 bits")
    }
  }

  /// n·x − Σx.
  private static func checkCentring(count: Int, input: Int64, _ place: Place) throws(ProgramError) {
    guard saturatingProduct(2 * UInt128(count), UInt128(input)) < 1 << 62 else {
      throw .bound(place: place, rule: "\(count) values of up to \(input) are too great to centre in 62 bits")
    }
  }

  /// Greatest |value| of a formed norm.
  /// - Parameter input: greatest |value| that enters.
  static func formed(_ norm: FormedNorm, input: Int64, _ place: Place) throws(ProgramError) -> Int64 {
    if norm.isCentred { try checkCentring(count: norm.gains.count, input: input, place) }
    try checkSum(count: norm.gains.count, epsilon: norm.epsilon, place)
    var greatest = Int64(0)
    for (index, gain) in norm.gains.enumerated() {
      let scaled = scaledUp(UInt128(gain.magnitude) * (1 << 16 + 1), by: norm.outputFraction - norm.exponent - 16)
      let bias = norm.biases.isEmpty ? 0 : norm.biases[index].magnitude
      let bound = scaled + 1 + UInt128(bias)
      guard bound < 1 << 40 else {
        throw .bound(place: place, rule: "value \(index) could reach \(bound), beyond 40 bits")
      }
      greatest = max(greatest, Int64(bound))
    }
    return greatest
  }
}

/// ⌈x · 2^shift⌉, saturating far beyond every limit.
func scaledUp(_ x: UInt128, by shift: Int) -> UInt128 {
  if x == 0 { return 0 }
  if shift < 0 {
    return shift <= -127 ? 1 : (x + (1 << UInt128(-shift) - 1)) >> UInt128(-shift)
  }
  return shift >= x.leadingZeroBitCount - 1 ? 1 << 126 : x << UInt128(shift)
}

/// a·b, saturating far beyond every limit.
func saturatingProduct(_ a: UInt128, _ b: UInt128) -> UInt128 {
  let (product, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? 1 << 126 : min(product, 1 << 126)
}
