import Program

/// A network's operators as they are put together: tensors of the trained network may take several.
struct NetworkAssembly {
  private(set) var operators: [NetworkOperator] = []
  /// In the order of the matrices.
  private(set) var contents: [MatrixContent] = []
  /// By tensor of the trained network: its number here and its fraction bits.
  private var tensors: [(number: Int, fraction: Int)]

  init(inputFraction: Int) {
    tensors = [(0, inputFraction)]
  }

  private mutating func add(_ element: NetworkOperator) -> Int {
    operators.append(element)
    return operators.count
  }

  /// Appends what stands for one trained operator.
  /// - Parameter fraction: of its output, where it may choose.
  /// - Throws: `ImportError.number` for a number that is too great.
  mutating func append(
    _ element: TrainedOperator, _ linear: QuantizedLinear?, fraction: Int
  ) throws(ImportError) {
    let sources = element.sources.map { tensors[$0] }
    let (source, handedOn) = sources[0]
    switch element {
    case .linear:
      guard let linear else { preconditionFailure("every linear operator was rounded") }
      tensors.append((try append(linear, source: source, fraction: fraction), fraction))
    case .affine(_, let map):
      tensors.append((add(.affine(try affine(map, source: source, fraction: fraction))), fraction))
    case .relu: tensors.append((add(.relu(source: source)), handedOn))
    case .clamp(_, let low, let high):
      let bounds = (try bound(low, -1, handedOn), try bound(high, 1, handedOn))
      tensors.append((add(.clamp(source: source, low: bounds.0, high: bounds.1)), handedOn))
    case .activation(_, let function):
      tensors.append((add(.activation(source: source, function)), function == .sigmoid ? 16 : handedOn))
    case .add:
      tensors.append((add(.add(left: source, right: sources[1].number, fraction: fraction)), fraction))
    case .maximumPool(_, let window): tensors.append((add(.maximumPool(source: source, window)), handedOn))
    case .averagePool(_, let window, let countsPadding):
      tensors.append((add(.averagePool(source: source, window, countsPadding: countsPadding)), handedOn))
    case .reshape(_, let shape): tensors.append((add(.reshape(source: source, shape)), handedOn))
    }
  }

  /// Cuts the last tensor to −limit…limit.
  mutating func clampLast(to limit: Int64) {
    _ = add(.clamp(source: operators.count, low: -limit, high: limit))
  }

  /// One operator for each limb, and their sum.
  private mutating func append(
    _ linear: QuantizedLinear, source: Int, fraction: Int
  ) throws(ImportError) -> Int {
    var last: Int?
    for (matrix, content) in try linear.matrices(outputFraction: fraction) {
      contents.append(content)
      let product =
        if let window = linear.source.window {
          add(.convolution(Convolution(source: source, window: window, site: linear.site, matrix: matrix)))
        } else {
          add(.dense(Dense(source: source, site: linear.site, matrix: matrix)))
        }
      last = last.map { add(.add(left: $0, right: product, fraction: fraction)) } ?? product
    }
    guard let last else { preconditionFailure("there is always a first limb") }
    return last
  }

  /// The largest exponent in −100…100 at which every |half(s·2^e)| ≤ 32,767.
  private func affine(_ map: ChannelMap, source: Int, fraction: Int) throws(ImportError) -> ChannelAffine {
    let greatest = Binary64.greatestMagnitude(map.scales)
    let fits = { (exponent: Int) in
      Binary64.roundedHalfEven(greatest * Binary64.powerOfTwo(exponent)) <= 32_767
    }
    guard map.isFinite, let exponent = (-100...100).last(where: fits) else {
      throw .number(place: Place("factors"), reason: "factors of up to \(greatest)")
    }
    let mantissas = map.scales.map { Int32(Binary64.roundedHalfEven($0 * Binary64.powerOfTwo(exponent))) }
    var offsets: [Int64] = []
    for value in map.offsets {
      guard let offset = Binary64.integer(value * Binary64.powerOfTwo(fraction)) else {
        throw .number(place: Place("factors"), reason: "an offset of \(value)")
      }
      offsets.append(offset)
    }
    return ChannelAffine(
      source: source, fraction: fraction, exponent: exponent, mantissas: mantissas, offsets: offsets)
  }

  /// half(x·2^F), or ±2^46 where there is no bound or one that is further away.
  private func bound(_ value: Double?, _ sign: Int64, _ fraction: Int) throws(ImportError) -> Int64 {
    let none = sign << 46
    guard let value else { return none }
    guard value.isFinite else { throw .number(place: Place("clamp"), reason: "a bound of \(value)") }
    guard let bound = Binary64.integer(value * Binary64.powerOfTwo(fraction)) else {
      return value < 0 ? -(1 << 46) : 1 << 46
    }
    return max(-(1 << 46), min(1 << 46, bound))
  }
}
