import StrictJSON

/// What sentence-transformers does with an encoder's output: `modules.json` lists the steps, and the second step's
/// folder says how positions become one vector.
///
/// Without `modules.json` it is the mean. The third step may scale the vector to unit length; programs always do.
/// - Source: sentence-transformers, `SentenceTransformer.py`, `models/Pooling.py`.
struct SentencePipeline {
  private(set) var pooling = TransformerConfiguration.Pooling.mean
  /// What was read.
  private(set) var files: [SourceFile] = []
  /// Of the pooling step.
  private var fields: ConfigurationFields?

  /// - Throws: `CheckpointError` for a step or a kind of pooling that is not understood, by its name.
  init(_ folder: ModelFolder) throws(CheckpointError) {
    guard let file = try folder.optionalFile("modules.json") else { return }
    files = [file]
    guard let path = try Self.poolingPath(try folder.value(in: file), file: file.content.path) else { return }
    let pooling = try folder.file(path + "/config.json")
    files.append(pooling)
    let fields = ConfigurationFields(file: pooling.content.path, object: try folder.object(in: pooling))
    self.fields = fields
    self.pooling = try Self.pooling(fields)
  }

  /// Pooling must expect vectors of the encoder's size.
  func require(hiddenSize: Int) throws(CheckpointError) {
    let name = "word_embedding_dimension"
    guard let fields, let width = try fields.optionalInteger(name, 1...Int.max), width != hiddenSize else { return }
    throw fields.failure(name, .outOfRange(value: "\(width)", allowed: "the hidden size \(hiddenSize)"))
  }

  /// The folder of the pooling step, after the steps are found to be Transformer, Pooling and perhaps Normalize.
  private static func poolingPath(_ root: JSON, file: String) throws(CheckpointError) -> String? {
    func failure(_ name: String, _ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(file: file, place: .field(name), reason: reason)
    }
    guard let steps = root.array else { throw failure("modules", .wrongKind(expected: "an array")) }
    let endings = [".Transformer", ".Pooling", ".Normalize"]
    var path: String?
    for (index, step) in steps.enumerated() {
      guard let type = step["type"]?.string else { throw failure("\(index).type", .missing) }
      guard index < endings.count, type.removingSuffix(endings[index]) != nil else {
        throw failure("\(index).type", .unsupported("step \(type)"))
      }
      guard index == 1 else { continue }
      guard let name = step["path"]?.string, ModelFolder.isPlainName(name) else {
        throw failure("\(index).path", .wrongKind(expected: "the plain name of a folder"))
      }
      path = name
    }
    return path
  }

  private static func pooling(_ fields: ConfigurationFields) throws(CheckpointError) -> TransformerConfiguration.Pooling
  {
    let known = ["word_embedding_dimension", "include_prompt"]
    var chosen: [String] = []
    for member in fields.object.members where !known.contains(member.name) {
      guard member.name.utf8.starts(with: "pooling_mode_".utf8) else {
        throw fields.failure(member.name, .unsupported("this field"))
      }
      if try fields.bool(member.name, default: false) { chosen.append(member.name) }
    }
    switch chosen {
    case ["pooling_mode_mean_tokens"]: return .mean
    case ["pooling_mode_cls_token"]: return .first
    default:
      throw fields.failure(
        chosen.first { $0 != "pooling_mode_mean_tokens" && $0 != "pooling_mode_cls_token" } ?? "pooling_mode",
        .unsupported("pooling by \(chosen.isEmpty ? "nothing" : chosen.joined(separator: " and "))"))
    }
  }
}
