import Checkpoints
import Program

/// A matrix whose scales are known, so that its content can be made again at any time.
struct PlannedMatrix: Sendable {
  let source: MatrixSource
  let scales: MatrixScales
  let biases: [Int64]
}

/// A program before it is written: its graph, with what calibration will set still missing, and where its weights come from.
struct ProgramPlan: Sendable {
  /// Without key offsets; the value caps are those of `StaticData.fromWeights`.
  var graph: Graph
  /// In the order of the graph.
  let matrices: [PlannedMatrix]
  /// In the order of the graph.
  let norms: [RowNorms]

  /// Of the matrices as int8.
  var summary: ImportSummary {
    ImportSummary(
      rows: matrices.reduce(0) { $0 + $1.scales.rows.count },
      exactRows: matrices.reduce(0) { $0 + $1.scales.exactCount })
  }

  /// Checks every constraint and every bound.
  func check(_ graph: Graph) throws(ImportError) {
    do {
      try graph.check()
      _ = try Bounds(graph: graph, rowNorms: norms)
    } catch {
      throw .program(error)
    }
  }
}

/// Goes through the matrices of a model in the order of the graph, measuring each.
struct MatrixPlanner {
  let reader: MatrixReader
  let progress: (Int) -> Void
  private(set) var matrices: [PlannedMatrix] = []
  private(set) var norms: [RowNorms] = []

  init(reader: MatrixReader, progress: @escaping (Int) -> Void) {
    self.reader = reader
    self.progress = progress
  }

  /// Measures, rounds and forgets one matrix.
  /// - Returns: its description, with the narrowest accumulator that its rows allow.
  mutating func add(_ source: MatrixSource) throws(ImportError) -> Matrix {
    let scales = try reader.scales(source)
    let content = MatrixContent(
      weights: try reader.weights(source, scales), scales: scales.rows, biases: try reader.biases(source))
    let matrix = Matrix(
      rows: source.rows, columns: source.columns, layout: source.site == nil ? .rows : .panels,
      exponent: scales.exponent, outputFraction: source.outputFraction, hasBias: source.hasBias,
      accumulatorWidth: Self.accumulatorWidth(content, columns: source.columns, site: source.site))
    matrices.append(PlannedMatrix(source: source, scales: scales, biases: content.biases))
    norms.append(RowNorms(matrix: matrix, content: content))
    progress(matrices.count)
    return matrix
  }

  /// 4 where X·Σ|W| stays below 2^31 in every row, else 8; 4 for the embedding, which accumulates nothing.
  static func accumulatorWidth(_ content: MatrixContent, columns: Int, site: QuantizerSite?) -> Int {
    guard let site else { return 4 }
    var greatest = Int64(0)
    for start in stride(from: 0, to: content.weights.count, by: columns) {
      greatest = max(greatest, content.weights[start..<start + columns].reduce(0) { $0 + Int64($1.magnitude) })
    }
    return greatest * site.mode.operandLimit < 1 << 31 ? 4 : 8
  }
}
