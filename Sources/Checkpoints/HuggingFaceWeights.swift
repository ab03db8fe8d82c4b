import StrictJSON

/// The safetensors of a directory: `model.safetensors`, or the shards that an index lists.
struct HuggingFaceWeights {
  private(set) var files: [SourceFile] = []
  private(set) var tensors: NamedTensors

  static let singleName = "model.safetensors"

  init(_ folder: ModelFolder) throws(CheckpointError) {
    if let single = try folder.optionalFile(Self.singleName) {
      tensors = NamedTensors(source: single.content.path)
      try add(single, tensors: SafetensorsFile(single.content).tensors)
    } else {
      let indexFile = try folder.file(ShardIndex.fileName)
      let index = try ShardIndex(folder.object(in: indexFile), file: indexFile.content.path)
      tensors = NamedTensors(source: indexFile.content.path)
      files = [indexFile]
      try addShards(of: index, in: folder)
    }
  }

  /// Leaves out what is of no use and joins tensors that are halves of one.
  mutating func join(without isHarmless: (String) -> Bool) throws(CheckpointError) {
    tensors.remove(where: isHarmless)
    tensors = try MicroscaledPairs(tensors).joined()
  }

  private mutating func add(_ file: SourceFile, tensors stored: [StoredTensor]) throws(CheckpointError) {
    try tensors.add(stored, of: file.content)
    files.append(file)
  }

  /// Index and shards must list the same tensors.
  private mutating func addShards(of index: ShardIndex, in folder: ModelFolder) throws(CheckpointError) {
    for shard in index.shards {
      let file = try folder.file(shard)
      let stored = try SafetensorsFile(file.content).tensors
      for tensor in stored where index.shardOfTensor[tensor.name] != shard {
        throw CheckpointError(
          file: file.content.path, place: .tensor(tensor.name),
          reason: .contradiction("\(ShardIndex.fileName) does not place it in this shard"))
      }
      try add(file, tensors: stored)
    }
    for name in index.tensorNames where tensors[name] == nil {
      throw CheckpointError(file: tensors.source, place: .tensor(name), reason: .missing)
    }
  }
}

/// `model.safetensors.index.json`: which shard holds which tensor.
struct ShardIndex {
  /// In the order in which the index first names them.
  private(set) var shards: [String] = []
  private(set) var tensorNames: [String] = []
  private(set) var shardOfTensor: [String: String] = [:]

  static let fileName = "model.safetensors.index.json"
  static let maximumShardCount = 4_096

  init(_ object: JSONObject, file: String) throws(CheckpointError) {
    let fields = ConfigurationFields(file: file, object: object)
    guard let map = try fields.nested("weight_map") else { throw fields.failure("weight_map", .missing) }
    var known: Set<String> = []
    for member in map.object.members {
      guard StoredTensor.isAcceptableName(member.name.utf8) else {
        throw map.failure(member.name, .wrongKind(expected: "a name in printable ASCII"))
      }
      let shard = try Self.shardName(member, in: map)
      shardOfTensor[member.name] = shard
      tensorNames.append(member.name)
      if known.insert(shard).inserted { shards.append(shard) }
    }
    guard shards.count <= Self.maximumShardCount else {
      throw fields.failure(
        "weight_map", .outOfRange(value: "\(shards.count) shards", allowed: "0...\(Self.maximumShardCount)"))
    }
  }

  /// A plain file name: an index must not lead out of its directory.
  private static func shardName(
    _ member: JSONObject.Member, in map: ConfigurationFields
  ) throws(CheckpointError) -> String {
    guard let name = member.value.string, ModelFolder.isPlainName(name) else {
      throw map.failure(member.name, .wrongKind(expected: "the plain name of a file beside the index"))
    }
    return name
  }
}
