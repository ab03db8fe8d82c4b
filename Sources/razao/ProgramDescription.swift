import Hashing
import Program
import StrictJSON

/// A program in words.
struct ProgramDescription {
  let program: Program

  init(_ program: Program) {
    self.program = program
  }

  private var matrices: [Matrix] { program.structure.matrices.map(\.matrix) }
  private var weightCount: Int { matrices.reduce(0) { $0 + $1.rows * $1.columns } }
  private var narrowCount: Int { matrices.filter { $0.format == .int4 }.reduce(0) { $0 + $1.rows * $1.columns } }
  private var sources: JSON { (try? JSON.parse(program.sources)) ?? .null }

  var json: JSON {
    var object: JSONObject = [
      "program_root": .string(program.root.hex), "weights_root": .string(program.weightsRoot.hex),
      "arithmetic_version": 1, "bytes": JSON(program.file.count), "weights": JSON(weightCount),
      "int4_weights": JSON(narrowCount),
    ]
    let shape: JSONObject =
      switch program.structure {
      case .transformer(let graph): Self.members(graph)
      case .network(let network): Self.members(network)
      }
    for member in shape.members { object[member.name] = member.value }
    object["has_tokenizer"] = .bool(!program.tokenizer.isEmpty)
    object["has_template"] = .bool(!program.template.isEmpty)
    object["sources"] = sources
    return .object(object)
  }

  private static func members(_ graph: Graph) -> JSONObject {
    let attention = graph.layers.first?.attention
    return [
      "kind": graph.isBidirectional ? "encoder" : "decoder", "layers": JSON(graph.layers.count),
      "hidden_size": JSON(graph.hiddenSize), "vocabulary": JSON(graph.vocabularyCount),
      "context": JSON(graph.contextLength), "heads": JSON(attention?.headCount ?? 0),
      "key_value_heads": JSON(attention?.keyValueHeadCount ?? 0), "head_size": JSON(attention?.headSize ?? 0),
      "stop_tokens": .array(graph.stopTokens.map { JSON($0) }),
    ]
  }

  private static func members(_ network: Network) -> JSONObject {
    [
      "kind": "network", "operators": JSON(network.operators.count),
      "input": .string(network.input.words),
      "labels": .array(network.labels.map { .string(String(decoding: $0, as: UTF8.self)) }),
    ]
  }

  var lines: [String] {
    let formats = narrowCount == 0 ? "" : ", \(narrowCount) of them int4"
    var lines = [
      "program     \(program.root)",
      "weights     \(program.weightsRoot)",
      "arithmetic  version 1, every byte checked, every bound proven",
      "size        \(program.file.count) bytes, \(weightCount) weights\(formats)",
      "shape       \(shape)",
      "tokenizer   \(program.tokenizer.isEmpty ? "none" : "\(program.tokenizer.count) bytes")",
      "template    \(program.template.isEmpty ? "none" : "\(program.template.count) bytes")",
    ]
    for file in sources["files"]?.array ?? [] {
      lines.append("source      \(file["name"]?.string ?? "?")  \(file["sha256"]?.string ?? "?")")
    }
    return lines
  }

  private var shape: String {
    switch program.structure {
    case .transformer(let graph):
      let attention = graph.layers.first?.attention
      return "\(graph.layers.count) layers of \(graph.hiddenSize), \(attention?.headCount ?? 0) heads "
        + "(\(attention?.keyValueHeadCount ?? 0) for keys and values), vocabulary \(graph.vocabularyCount), "
        + "context \(graph.contextLength)\(graph.isBidirectional ? "; makes vectors of texts" : "")"
    case .network(let network):
      return "\(network.operators.count) operators; reads \(network.input.words)"
    }
  }
}

extension InputFormat {
  /// What it reads, for people.
  var words: String {
    switch self {
    case .picture(let format):
      "pictures of \(format.width)×\(format.height) pixels, \(format.channels.count == 1 ? "gray" : "in colour")"
    case .nucleotides(let format): "DNA sequences of \(format.length) bases"
    }
  }
}
