extension Network {
  /// All matrices in the order of the operators.
  package var matrices: [(place: Place, matrix: Matrix)] {
    operators.enumerated().compactMap { index, element in
      element.matrix.map { (Place(element.name, layer: index + 1), $0) }
    }
  }

  /// Gives every matrix its index: its place in `matrices`.
  package mutating func numberMatrices() {
    var next = 0
    for index in operators.indices {
      guard var matrix = operators[index].matrix else { continue }
      matrix.index = next
      next += 1
      operators[index].matrix = matrix
    }
  }

  /// Declares for every matrix the narrowest accumulator that the bounds allow.
  /// - Parameter rowNorms: one for each matrix, in order.
  package mutating func settleAccumulators(_ rowNorms: [RowNorms]) {
    for index in operators.indices {
      guard let matrix = operators[index].matrix, let site = operators[index].site else { continue }
      operators[index].matrix?.accumulatorWidth = LinearBound.accumulatorWidth(rowNorms[matrix.index], site: site)
    }
  }
}

extension NetworkOperator {
  /// The quantiser before the operator's matrix, if it has one.
  package var site: QuantizerSite? {
    switch self {
    case .convolution(let convolution): convolution.site
    case .dense(let dense): dense.site
    default: nil
    }
  }

  /// The operator's matrix, if it has one.
  package var matrix: Matrix? {
    get {
      switch self {
      case .convolution(let convolution): convolution.matrix
      case .dense(let dense): dense.matrix
      default: nil
      }
    }
    set {
      guard let newValue else { return }
      switch self {
      case .convolution(var convolution):
        convolution.matrix = newValue
        self = .convolution(convolution)
      case .dense(var dense):
        dense.matrix = newValue
        self = .dense(dense)
      default: break
      }
    }
  }
}
