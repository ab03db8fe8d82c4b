import Program

/// A checked program with what is derived from it once, ready to run; shared by any number of sequences.
package final class Model: Sendable {
  package let program: Program
  /// The program's structure.
  package var graph: Graph { program.graph }
  let embedding: PackedWeights
  let layers: [LayerPlan]
  let head: Linear
  /// The distinct lists of rotation frequencies.
  let frequencies: [[UInt64]]
  /// Columns of the widest row that any site quantises.
  let widestRow: Int

  /// - Complexity: O(scales and biases); weights stay in the mapped file.
  package init(_ loaded: LoadedProgram) {
    program = loaded.program
    let graph = loaded.program.graph
    embedding = loaded.program.weights(of: graph.embedding)
    head = Linear(weights: loaded.program.weights(of: graph.head))
    var frequencies: [[UInt64]] = []
    var layers: [LayerPlan] = []
    for layer in graph.layers {
      var list: Int?
      if let own = layer.attention.frequencies {
        list = frequencies.firstIndex(of: own)
        if list == nil {
          list = frequencies.count
          frequencies.append(own)
        }
      }
      layers.append(LayerPlan(layer, program: loaded.program, rotation: list))
    }
    self.frequencies = frequencies
    self.layers = layers
    widestRow = graph.layers.reduce(graph.hiddenSize) {
      max($0, $1.attention.output.columns, $1.feedForward.down.columns)
    }
  }
}

/// One layer's structure with its matrices at hand.
struct LayerPlan: Sendable {
  let attention: Attention
  let feedForward: FeedForward
  let query, key, value, output, gate, up, down: Linear
  /// Index of the layer's frequencies in the model's lists, `nil` for no rotation.
  let rotation: Int?

  init(_ layer: Layer, program: Program, rotation: Int?) {
    func linear(_ matrix: Matrix) -> Linear { Linear(weights: program.weights(of: matrix)) }
    attention = layer.attention
    feedForward = layer.feedForward
    self.rotation = rotation
    query = linear(attention.query)
    key = linear(attention.key)
    value = linear(attention.value)
    output = linear(attention.output)
    gate = linear(feedForward.gate)
    up = linear(feedForward.up)
    down = linear(feedForward.down)
  }
}
