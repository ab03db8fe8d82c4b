import FileMapping
import Program

/// A legal program made from a recipe: graph and weights.
package struct RandomProgram: Sendable {
  package let recipe: ProgramRecipe
  package private(set) var graph: Graph
  /// In the order of the graph's matrices.
  package private(set) var contents: [MatrixContent] = []

  package init(_ recipe: ProgramRecipe) {
    self.recipe = recipe
    var random = RandomNumbers(seed: recipe.seed ^ 0x5261_7a61_6f)
    graph = Graph(recipe, &random)
    graph.numberMatrices()
    for (_, matrix) in graph.matrices { contents.append(MatrixContent(matrix, recipe: recipe, &random)) }
    settleScales()
  }

  /// Everything of the program but its weights.
  package var parts: ProgramParts {
    ProgramParts(graph: graph, tokenizer: recipe.tokenizer, template: recipe.template, sources: recipe.sources)
  }

  /// The program file's bytes.
  package var bytes: [UInt8] {
    ProgramWriter.encode(parts) { _, matrix in contents[matrix.index] }
  }

  /// The program, opened from memory.
  package func program() throws -> Program {
    try Program(MappedFile(name: "random program \(recipe.seed)", bytes: bytes))
  }

  /// Writes the program file.
  package func write(to path: String) throws -> Program {
    try ProgramWriter.write(parts, to: path) { _, matrix in contents[matrix.index] }
  }

  /// Exponents that bring outputs to about one, and the accumulator widths that follow from the weights.
  private mutating func settleScales() {
    let scales = graph.matrices.map { place, matrix in
      MatrixScale(matrix, contents[matrix.index], site: graph.site(of: place), place: place, recipe)
    }
    graph.updateMatrices { _, matrix in
      matrix.exponent = scales[matrix.index].exponent
      matrix.accumulatorWidth = scales[matrix.index].accumulatorWidth
    }
  }
}

/// The scale of one matrix that makes its typical output about one.
private struct MatrixScale {
  let exponent: Int
  let accumulatorWidth: Int

  init(_ matrix: Matrix, _ content: MatrixContent, site: QuantizerSite?, place: Place, _ recipe: ProgramRecipe) {
    guard let site else {
      exponent = 19
      accumulatorWidth = 4
      return
    }
    let norms = RowNorms(matrix: matrix, content: content)
    let greatest = norms.sums.max() ?? 0
    accumulatorWidth = greatest * site.mode.operandLimit < 1 << 31 ? 4 : 8
    let length = bitLength(norms.lengths.max() ?? 0) + bitLength(Int64(content.scales.max() ?? 1))
    let block = (bitLength(Int64(site.block)) - 1) / 2
    let isAfterNorm = recipe.norm != .none && !["output", "down", "shared down"].contains(place.name)
    let row = isAfterNorm ? 7 - bitLength(Int64(matrix.columns)) / 2 : 1
    exponent = max(-100, length + block + row - (place.name == "head" ? 2 : recipe.heat))
  }
}

extension Graph {
  /// The site whose operands a matrix multiplies; `nil` for embedding and positions.
  fileprivate func site(of place: Place) -> QuantizerSite? {
    guard let index = place.layer else { return place.name == "head" ? head?.site : nil }
    let layer = layers[index]
    return switch place.name {
    case "query", "key", "value": layer.attention.inputSite
    case "output": layer.attention.outputSite
    case "down", "shared down": layer.feedForward.body.downSite
    default: layer.feedForward.inputSite
    }
  }
}

extension FeedForward.Body {
  /// The site before every matrix that leads down; a recipe has one.
  fileprivate var downSite: QuantizerSite {
    switch self {
    case .gated(let network): network.downSite
    case .plain(let network): network.downSite
    case .experts(let experts): experts.networks[0].downSite
    }
  }
}
