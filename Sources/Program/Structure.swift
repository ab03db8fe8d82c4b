import Hashing

/// What a program computes: its graph section (SPEC.md, section 4).
package enum Structure: Equatable, Sendable {
  /// Tokens in; logits or a vector out.
  case transformer(Graph)
  /// A picture or a sequence in; logits out.
  case network(Network)

  /// Decodes a graph section of any kind and checks that it is legal.
  package init(decoding bytes: [UInt8]) throws(ProgramError) {
    var reader = ByteReader(bytes)
    let kind = (try? reader.read(UInt32.self)).flatMap { _ in try? reader.read(UInt32.self) }
    if kind == StructureKind.network.rawValue {
      self = .network(try Network(decoding: bytes))
    } else {
      self = .transformer(try Graph(decoding: bytes))
    }
  }

  /// The graph section's canonical bytes.
  package func encoded() -> [UInt8] {
    switch self {
    case .transformer(let graph): graph.encoded()
    case .network(let network): network.encoded()
    }
  }

  /// All matrices in their order, which is that of their sections.
  package var matrices: [(place: Place, matrix: Matrix)] {
    switch self {
    case .transformer(let graph): graph.matrices
    case .network(let network): network.matrices
    }
  }

  /// Gives every matrix its index: its place in `matrices`.
  package mutating func numberMatrices() {
    switch self {
    case .transformer(var graph):
      graph.numberMatrices()
      self = .transformer(graph)
    case .network(var network):
      network.numberMatrices()
      self = .network(network)
    }
  }

  /// The transformer's graph.
  /// - Throws: `ProgramError.kind` for a network.
  package var graph: Graph {
    get throws(ProgramError) {
      guard case .transformer(let graph) = self else { throw .kind(needed: "transformer", found: name) }
      return graph
    }
  }

  /// The network.
  /// - Throws: `ProgramError.kind` for a transformer.
  package var network: Network {
    get throws(ProgramError) {
      guard case .network(let network) = self else { throw .kind(needed: "network", found: name) }
      return network
    }
  }

  /// For messages: decoder, encoder, network.
  package var name: String {
    switch self {
    case .transformer(let graph): graph.isBidirectional ? "encoder" : "decoder"
    case .network: "network"
    }
  }

  /// Proves that nothing overflows.
  /// - Parameter rowNorms: one for each matrix, in order.
  /// - Throws: `ProgramError.bound` for the first bound that does not hold.
  package func checkBounds(_ rowNorms: [RowNorms]) throws(ProgramError) {
    switch self {
    case .transformer(let graph): _ = try Bounds(graph: graph, rowNorms: rowNorms)
    case .network(let network): _ = try NetworkBounds(network: network, rowNorms: rowNorms)
    }
  }
}
