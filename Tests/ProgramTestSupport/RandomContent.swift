import Program

extension MatrixContent {
  init(_ matrix: Matrix, recipe: ProgramRecipe, _ random: inout RandomNumbers) {
    var (weights, groupScales) = ([Int8](), [UInt8]())
    weights.reserveCapacity(matrix.rows * matrix.columns)
    for _ in 0..<matrix.rows {
      let isZero = recipe.weights == .zero || recipe.weights == .sparse && random.oneIn(4)
      if matrix.format == .int4 {
        let row = Int4Row(columns: matrix.columns, isZero ? .zero : recipe.weights, &random)
        weights += row.weights
        groupScales += row.scales
      } else {
        for _ in 0..<matrix.columns { weights.append(isZero ? 0 : recipe.weights.draw(&random)) }
      }
    }
    let scales = (0..<matrix.rows).map { _ in UInt16.random(in: 1500...4095, using: &random) }
    let limit = Int64(1) << Int64(matrix.outputFraction - 1)
    let biases = (0..<matrix.rows).map { _ in Int64.random(in: -limit...limit, using: &random) }
    self.init(weights: weights, scales: scales, biases: matrix.hasBias ? biases : [], groupScales: groupScales)
  }
}

/// A row of products σ·c.
private struct Int4Row {
  var weights: [Int8] = []
  var scales: [UInt8] = []

  init(columns: Int, _ kind: ProgramRecipe.Weights, _ random: inout RandomNumbers) {
    for start in stride(from: 0, to: columns, by: 32) {
      let scale = kind == .extreme ? 18 : Int8.random(in: 1...18, using: &random)
      scales.append(UInt8(scale))
      for _ in start..<min(start + 32, columns) { weights.append(kind.draw(&random) / 18 * scale) }
    }
  }
}

extension ProgramRecipe.Weights {
  fileprivate func draw(_ random: inout RandomNumbers) -> Int8 {
    switch self {
    case .even: Int8.random(in: -127...127, using: &random)
    case .extreme: random.oneIn(2) ? 127 : -127
    case .sparse: random.oneIn(3) ? Int8.random(in: -127...127, using: &random) : 0
    case .zero: 0
    }
  }
}
