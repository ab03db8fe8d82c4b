import FileMapping

/// A llama2.c checkpoint in its first layout ("version 0"): a header of seven integers, then binary32 weights.
///
/// ```
/// dim · hidden_dim · n_layers · n_heads · n_kv_heads · vocab_size · seq_len    (int32 each)
/// token_embedding · rms_att · wq · wk · wv · wo · rms_ffn · w1 · w2 · w3 · rms_final
/// freq_cis_real · freq_cis_imag (unused) · [wcls, where vocab_size is negative]
/// ```
/// Tensors of layers lie together: all `wq`, then all `wk`. What the layout does not say is fixed by
/// run.c: epsilon 1e-5, theta 10,000, token 1 begins and token 2 ends a text.
/// - Source: karpathy/llama2.c, run.c and export.py.
package struct Llama2CFile: TableBackedCheckpoint {
  package let configuration: TransformerConfiguration
  package let files: [SourceFile]
  package var companions: [SourceFile] { [] }
  let table: TensorTable

  /// Bytes of the header.
  package static let headerByteCount = 28

  package init(path: String) throws(CheckpointError) {
    try self.init(MappedFile.open(path))
  }

  /// Reads the header and compares the file's size with the one that follows from it, to the byte.
  package init(_ file: MappedFile) throws(CheckpointError) {
    var (configuration, isHeadStored) = try Self.header(of: file)
    try configuration.requireConsistency(file: file.path)
    let layout = Llama2CLayout(configuration: configuration, isHeadStored: isHeadStored)
    guard layout.byteCount <= file.count else {
      throw CheckpointError(file: file.path, reason: .truncated(needed: layout.byteCount, available: file.count))
    }
    guard layout.byteCount == file.count else {
      throw CheckpointError(
        file: file.path, place: .offset(layout.byteCount), reason: .trailingBytes(file.count - layout.byteCount))
    }
    var tensors = NamedTensors(source: file.path)
    try tensors.add(layout.tensors, of: file)
    configuration.isHeadTied = try tensors.isHeadTied(
      embedding: Llama2CNames.name(.embedding), head: Llama2CNames.name(.head), isDeclared: !isHeadStored ? true : nil
    )
    table = try tensors.table(for: configuration, names: Llama2CNames(configuration))
    self.configuration = configuration
    files = [SourceFile(file)]
  }

  /// Names two other contents that files called `.bin` often have.
  private static func refuseOtherLayouts(_ file: MappedFile) throws(CheckpointError) {
    guard file.count >= 4 else { return }
    switch file.integer(at: 0, as: UInt32.self) {
    case 0x616B_3432: throw CheckpointError(file: file.path, reason: .unsupported("a later llama2.c layout"))
    case 0x0403_4B50: throw CheckpointError(file: file.path, reason: .unsupported("a PyTorch archive"))
    default: return
    }
  }

  /// The configuration, and whether a head is stored.
  private static func header(of file: MappedFile) throws(CheckpointError) -> (TransformerConfiguration, Bool) {
    try refuseOtherLayouts(file)
    var reader = ByteReader(file)
    func field(_ name: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int {
      let value = Int(try reader.integer(Int32.self))
      guard allowed.contains(value) else {
        throw CheckpointError(
          file: file.path, place: .field(name), reason: .outOfRange(value: "\(value)", allowed: "\(allowed)"))
      }
      return value
    }
    let hiddenSize = try field("dim", ConfigurationLimits.hiddenSize)
    let feedForwardSize = try field("hidden_dim", ConfigurationLimits.feedForwardSize)
    let layerCount = try field("n_layers", ConfigurationLimits.layerCount)
    let headCount = try field("n_heads", ConfigurationLimits.headCount)
    let keyValueHeadCount = try field("n_kv_heads", ConfigurationLimits.headCount)
    let limit = ConfigurationLimits.vocabularyCount.upperBound
    let vocabulary = try field("vocab_size", -limit...limit)
    let contextLength = try field("seq_len", ConfigurationLimits.contextLength)
    guard vocabulary != 0 else {
      throw CheckpointError(
        file: file.path, place: .field("vocab_size"), reason: .outOfRange(value: "0", allowed: "1...\(limit)"))
    }
    guard hiddenSize % headCount == 0, ConfigurationLimits.headSize.contains(hiddenSize / headCount) else {
      throw CheckpointError(
        file: file.path, place: .field("n_heads"),
        reason: .outOfRange(value: "\(headCount)", allowed: "the divisors of dim \(hiddenSize)"))
    }
    let configuration = TransformerConfiguration(
      family: "llama", hiddenSize: hiddenSize, layerCount: layerCount, headCount: headCount,
      keyValueHeadCount: keyValueHeadCount, headSize: hiddenSize / headCount, feedForwardSize: feedForwardSize,
      vocabularyCount: abs(vocabulary), contextLength: contextLength, normEpsilon: 1e-5, ropeTheta: 10_000,
      bosToken: abs(vocabulary) > 1 ? 1 : nil, eosTokens: abs(vocabulary) > 2 ? [2] : [])
    return (configuration, vocabulary < 0)
  }
}

/// Where each tensor of a llama2.c file begins.
private struct Llama2CLayout {
  private(set) var tensors: [StoredTensor] = []
  /// Size of the whole file.
  private(set) var byteCount = Llama2CFile.headerByteCount

  init(configuration: TransformerConfiguration, isHeadStored: Bool) {
    func append(_ role: TensorRole) {
      let shape = configuration.shape(of: role)
      let size = shape.reduce(ElementType.binary32.blockByteCount, *)
      tensors.append(
        StoredTensor(
          name: Llama2CNames.name(role), elementType: .binary32, shape: shape, byteRange: byteCount..<byteCount + size))
      byteCount += size
    }
    let order: [LayerTensor] = [
      .attentionNorm, .query, .key, .value, .output, .feedForwardNorm, .gate, .down, .up,
    ]
    append(.embedding)
    for tensor in order {
      for layer in 0..<configuration.layerCount { append(.layer(layer, tensor)) }
    }
    append(.finalNorm)
    // Two tables of binary32, one entry per position and pair.
    byteCount += 2 * 4 * configuration.contextLength * (configuration.headSize / 2)
    if isHeadStored { append(.head) }
  }
}
