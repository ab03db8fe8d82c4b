/// Where in a graph something stands, for messages: `layer 3, expert 2, gate`.
package struct Place: Hashable, Sendable, CustomStringConvertible {
  /// Layer, or `nil` outside the layers.
  package let layer: Int?
  /// Expert, or `nil` outside the experts.
  package let expert: Int?
  package let name: String

  package init(_ name: String, layer: Int? = nil, expert: Int? = nil) {
    self.name = name
    self.layer = layer
    self.expert = expert
  }

  package var description: String {
    let parts = [layer.map { "layer \($0)" }, expert.map { "expert \($0)" }, name]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}

extension Graph {
  /// All matrices in the order of the graph: embedding, positions, then by layer, then head.
  package var matrices: [(place: Place, matrix: Matrix)] {
    var list: [(Place, Matrix)] = []
    var copy = self
    copy.updateMatrices { place, matrix in list.append((place, matrix)) }
    return list
  }

  /// Gives every matrix its index: its place in `matrices`.
  package mutating func numberMatrices() {
    var next = 0
    updateMatrices { _, matrix in
      matrix.index = next
      next += 1
    }
  }

  /// Lends every matrix, in the order of the graph.
  package mutating func updateMatrices(_ body: (Place, inout Matrix) -> Void) {
    body(Place("embedding"), &embedding)
    if var matrix = positions {
      body(Place("positions"), &matrix)
      positions = matrix
    }
    for index in layers.indices {
      layers[index].attention.updateMatrices { name, matrix in body(Place(name, layer: index), &matrix) }
      layers[index].feedForward.body.updateMatrices(layer: index, body)
    }
    if var head {
      body(Place("head"), &head.matrix)
      self.head = head
    }
  }
}

extension Attention {
  fileprivate mutating func updateMatrices(_ body: (String, inout Matrix) -> Void) {
    body("query", &query)
    body("key", &key)
    body("value", &value)
    body("output", &output)
  }
}

extension FeedForward.Body {
  fileprivate mutating func updateMatrices(layer: Int, _ body: (Place, inout Matrix) -> Void) {
    switch self {
    case .gated(var network):
      network.updateMatrices { name, matrix in body(Place(name, layer: layer), &matrix) }
      self = .gated(network)
    case .plain(var network):
      body(Place("up", layer: layer), &network.up)
      body(Place("down", layer: layer), &network.down)
      self = .plain(network)
    case .experts(var experts):
      body(Place("router", layer: layer), &experts.router)
      for index in experts.networks.indices {
        experts.networks[index].updateMatrices { name, matrix in
          body(Place(name, layer: layer, expert: index), &matrix)
        }
      }
      experts.shared?.updateMatrices { name, matrix in body(Place("shared \(name)", layer: layer), &matrix) }
      self = .experts(experts)
    }
  }
}

extension GatedNetwork {
  fileprivate mutating func updateMatrices(_ body: (String, inout Matrix) -> Void) {
    body("gate", &gate)
    body("up", &up)
    body("down", &down)
  }
}
