import Program

/// Makes int4 matrices of a plan: scales from the weights, products σ · c with error feedback from recorded operands.
struct Int4Rounding {
  let plan: ProgramPlan
  let reader: MatrixReader
  let formats: ImportOptions.WeightFormats
  /// By index of the matrix; a matrix without rows is rounded as if its columns mattered alike.
  let operands: RecordedOperands
  /// Of the matrices in format int4, by index.
  private let scales: [Int: MatrixScales]

  /// - Throws: `ImportError.number` where the scales do not fit.
  init(
    _ plan: ProgramPlan, reader: MatrixReader, formats: ImportOptions.WeightFormats, operands: RecordedOperands
  ) throws(ImportError) {
    self.plan = plan
    self.reader = reader
    self.formats = formats
    self.operands = operands
    var scales: [Int: MatrixScales] = [:]
    for (place, matrix) in plan.graph.matrices where formats[place] == .int4 {
      scales[matrix.index] = try reader.scales(
        plan.matrices[matrix.index].source, limit: Self.greatestWeight, isExact: Self.areProducts)
    }
    self.scales = scales
  }

  /// 18 · 7.
  static let greatestWeight = 126

  /// Whether the multiples of a row's step are products σ · c in every group.
  static func areProducts(_ row: [Double], _ step: RowStep) -> Bool {
    stride(from: 0, to: row.count, by: ErrorFeedback.groupColumns).allSatisfy { start in
      let multiples = row[start..<min(start + ErrorFeedback.groupColumns, row.count)].map { step.multiple($0) }
      return ErrorFeedback.subscales.contains { subscale in
        multiples.allSatisfy { $0.isMultiple(of: subscale) && $0.magnitude <= 7 * subscale }
      }
    }
  }

  /// The graph with formats and exponents set, and accumulators of 4 bytes wherever the greatest weights would fit them.
  func described(_ graph: Graph) -> Graph {
    var graph = graph
    graph.updateMatrices { _, matrix in
      guard let scales = scales[matrix.index] else { return }
      matrix.format = .int4
      matrix.exponent = scales.exponent
      let greatest = Int64(Self.greatestWeight) * Int64(matrix.columns)
      let limit = plan.matrices[matrix.index].source.site?.mode.operandLimit ?? 127
      matrix.accumulatorWidth = greatest * limit < 1 << 31 ? 4 : 8
    }
    return graph
  }

  /// Rounds one matrix.
  /// - Parameter cache: the factor of the operands used last.
  /// - Returns: the content, and how many rows are exact; `nil` for a matrix in format int8.
  func content(
    of matrix: Matrix, cache: inout FactorCache
  ) throws(ImportError) -> (content: MatrixContent, exactRows: Int)? {
    guard let scales = scales[matrix.index] else { return nil }
    let planned = plan.matrices[matrix.index]
    let factor = try cache.factor(for: matrix, of: operands, place: planned.source.place, parallel: reader.parallel)
    let feedback = ErrorFeedback(factor: factor)
    let power = Binary64.powerOfTwo(scales.exponent)
    let parts = try reader.mapRanges(planned.source) { (range, row: (Int) -> [Double]) in
      var targets: [Double] = []
      targets.reserveCapacity(range.count * matrix.columns)
      for index in range {
        let scale = Double(scales.rows[index])
        for x in row(index) { targets.append(x * power / scale) }
      }
      return feedback.round(targets)
    }
    let content = MatrixContent(
      weights: parts.flatMap(\.weights), scales: scales.rows, biases: planned.biases,
      groupScales: parts.flatMap(\.subscales))
    return (content, parts.reduce(0) { $0 + $1.exactRows })
  }
}

/// Keeps the last factor: matrices with the same operands follow one another.
struct FactorCache {
  private var key: Int?
  private var factor: HessianFactor?

  mutating func factor(
    for matrix: Matrix, of operands: RecordedOperands, place: Place, parallel: ParallelRows
  ) throws(ImportError) -> HessianFactor {
    guard let keeper = operands.keepers[matrix.index], let rows = operands.rows[keeper], rows.count > 0 else {
      return HessianFactor(identity: matrix.columns)
    }
    if keeper == key, let factor { return factor }
    guard rows.columns == matrix.columns else {
      throw .calibration(reason: "\(place): operands of \(rows.columns) columns, not \(matrix.columns)")
    }
    factor = nil
    let new = HessianFactor(try OperandHessian(rows, place: place, parallel: parallel), parallel: parallel)
    (key, factor) = (keeper, new)
    return new
  }
}
