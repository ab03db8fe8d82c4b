/// Where in a graph something stands, for messages: `layer 3, key`.
package struct Place: Hashable, Sendable, CustomStringConvertible {
  /// Layer, or `nil` outside the layers.
  package let layer: Int?
  package let name: String

  package init(_ name: String, layer: Int? = nil) {
    self.name = name
    self.layer = layer
  }

  package var description: String { layer.map { "layer \($0), \(name)" } ?? name }
}

extension Graph {
  /// All matrices in the order of the graph: embedding, then by layer, then head.
  package var matrices: [(place: Place, matrix: Matrix)] {
    var list: [(Place, Matrix)] = [(Place("embedding"), embedding)]
    for (index, layer) in layers.enumerated() {
      let attention = layer.attention
      list.append((Place("query", layer: index), attention.query))
      list.append((Place("key", layer: index), attention.key))
      list.append((Place("value", layer: index), attention.value))
      list.append((Place("output", layer: index), attention.output))
      list.append((Place("gate", layer: index), layer.feedForward.gate))
      list.append((Place("up", layer: index), layer.feedForward.up))
      list.append((Place("down", layer: index), layer.feedForward.down))
    }
    list.append((Place("head"), head))
    return list
  }

  /// Gives every matrix its index: its place in `matrices`.
  package mutating func numberMatrices() {
    var next = 0
    func number(_ matrix: inout Matrix) {
      matrix.index = next
      next += 1
    }
    number(&embedding)
    for index in layers.indices {
      number(&layers[index].attention.query)
      number(&layers[index].attention.key)
      number(&layers[index].attention.value)
      number(&layers[index].attention.output)
      number(&layers[index].feedForward.gate)
      number(&layers[index].feedForward.up)
      number(&layers[index].feedForward.down)
    }
    number(&head)
  }
}
