import FileMapping
import Program
import Runtime

/// A network with its weights.
struct TestNetwork {
  var network: Network
  /// In the order of the network's matrices.
  var contents: [MatrixContent]

  init(_ network: Network, _ contents: [MatrixContent]) {
    self.network = network
    self.contents = contents
    self.network.settleAccumulators(rowNorms)
  }

  /// Random weights, scales and biases for every matrix, and exponents that keep outputs near their inputs.
  init(_ network: Network, random: inout RandomNumbers) {
    self.init(network, network.matrices.map { MatrixContent(random: $0.matrix, &random) })
    settleExponents()
  }

  var rowNorms: [RowNorms] {
    network.matrices.map { RowNorms(matrix: $0.matrix, content: contents[$0.matrix.index]) }
  }

  var bytes: [UInt8] {
    ProgramWriter.encode(ProgramParts(structure: .network(network))) { _, matrix in contents[matrix.index] }
  }

  func program() throws -> Program { try Program(MappedFile(name: "network", bytes: bytes)) }

  func loaded() throws -> LoadedProgram { try LoadedProgram(checking: program()) }

  func model() throws -> NetworkModel { try NetworkModel(loaded()) }

  func reference() throws -> ReferenceNetwork { try ReferenceNetwork(program()) }

  private mutating func settleExponents() {
    for index in network.operators.indices {
      guard var matrix = network.operators[index].matrix else { continue }
      let norms = RowNorms(matrix: matrix, content: contents[matrix.index])
      let lengths = zip(norms.lengths, norms.scales).map { $0 * $1 }
      let block = network.operators[index].site?.block ?? 1
      matrix.exponent = max(-100, bitLength(lengths.max() ?? 1) + bitLength(Int64(block)) / 2)
      network.operators[index].matrix = matrix
    }
    for _ in 0..<40 where (try? NetworkBounds(network: network, rowNorms: rowNorms)) == nil {
      for index in network.operators.indices { network.operators[index].matrix?.exponent += 1 }
    }
  }
}

extension MatrixContent {
  init(random matrix: Matrix, _ random: inout RandomNumbers) {
    let groups = matrix.format == .int4 ? (matrix.columns + 31) / 32 : 0
    let groupScales = (0..<matrix.rows * groups).map { _ in UInt8.random(in: 1...18, using: &random) }
    let weights = (0..<matrix.rows * matrix.columns).map { place -> Int8 in
      if random.oneIn(6) { return 0 }
      guard groups > 0 else { return Int8.random(in: -127...127, using: &random) }
      let scale = groupScales[place / matrix.columns * groups + place % matrix.columns / 32]
      return Int8(scale) * Int8.random(in: -7...7, using: &random)
    }
    let scales = (0..<matrix.rows).map { _ in UInt16.random(in: 500...4095, using: &random) }
    let biases = (0..<matrix.rows).map { _ in Int64.random(in: -4000...4000, using: &random) }
    self.init(weights: weights, scales: scales, biases: matrix.hasBias ? biases : [], groupScales: groupScales)
  }
}

extension Matrix {
  /// A matrix whose exponent and accumulator are settled later.
  init(_ rows: Int, _ columns: Int, fraction: Int = 12, hasBias: Bool = true) {
    self.init(
      rows: rows, columns: columns, exponent: 0, outputFraction: fraction, hasBias: hasBias, accumulatorWidth: 4)
  }
}
