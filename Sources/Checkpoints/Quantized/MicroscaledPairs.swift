/// Joins the tensors in which safetensors keep MXFP4 weights: nibbles in one, scales in another of the same file.
///
/// Two layouts are known. Both hold two neighbours of a row in a byte, the first in the low half, and a scale byte for each
/// 32 columns:
/// - `N_blocks` of type U8, shape (…, rows, columns / 32, 16), and `N_scales` of type U8, shape (…, rows, columns / 32),
///   as gpt-oss has them: they become tensor N of shape (…, rows, columns);
/// - `N.weight` of type I8 or U8, shape (…, rows, columns / 2), and `N.scale` of type F8_E8M0, shape (…, rows, columns / 32),
///   as DeepSeek V4 has them: they become tensor N.weight.
/// - Source: openai/gpt-oss, gpt_oss/torch/weights.py; deepseek-ai/DeepSeek-V4, inference/convert.py.
struct MicroscaledPairs {
  private let tensors: NamedTensors

  init(_ tensors: NamedTensors) {
    self.tensors = tensors
  }

  /// The tensors with every pair joined, in the place of its nibbles.
  /// - Throws: `CheckpointError` for halves that do not belong together, and for bytes that are no half of a pair.
  /// - Complexity: O(tensors).
  func joined() throws(CheckpointError) -> NamedTensors {
    var pairs: [String: StoredTensor] = [:]
    var scaleNames: Set<String> = []
    for name in tensors.names {
      guard let entry = tensors[name], let pair = try pair(entry) else { continue }
      pairs[name] = pair.tensor
      scaleNames.insert(pair.scalesName)
    }
    var result = NamedTensors(source: tensors.source)
    for name in tensors.names where !scaleNames.contains(name) {
      guard let entry = tensors[name] else { continue }
      let tensor = pairs[name] ?? entry.tensor
      guard tensor.elementType.isNumeric else {
        throw failure(entry, .unsupportedElementType(tensor.elementType.rawValue))
      }
      try result.add([tensor], of: entry.file)
    }
    return result
  }

  private struct Pair {
    var tensor: StoredTensor
    var scalesName: String
  }

  private func failure(_ entry: TensorTable.Entry, _ reason: CheckpointError.Reason) -> CheckpointError {
    CheckpointError(file: entry.file.path, place: .tensor(entry.tensor.name), reason: reason)
  }

  /// The pair whose nibbles an entry holds, if it does.
  private func pair(_ nibbles: TensorTable.Entry) throws(CheckpointError) -> Pair? {
    let (name, type) = (nibbles.tensor.name, nibbles.tensor.elementType)
    let shape = nibbles.tensor.shape
    if type == .unsignedBytes, let stem = name.removingSuffix("_blocks"), tensors[stem + "_scales"] != nil {
      guard shape.count >= 3, shape.last == 16 else {
        throw failure(nibbles, .misplacedData("shape \(shape) is not (rows, blocks, 16)"))
      }
      let joined = shape.dropLast(2) + [32 * shape[shape.count - 2]]
      return try pair(nibbles, stem + "_scales", .unsignedBytes, name: stem, shape: Array(joined))
    }
    if type == .signedBytes || type == .unsignedBytes, let stem = name.removingSuffix(".weight"),
      tensors[stem + ".scale"]?.tensor.elementType == .powersOfTwo
    {
      guard shape.count >= 2, shape[shape.count - 1].isMultiple(of: 16) else {
        throw failure(nibbles, .misplacedData("shape \(shape) is not (rows, multiples of 16)"))
      }
      let joined = shape.dropLast() + [2 * shape[shape.count - 1]]
      return try pair(nibbles, stem + ".scale", .powersOfTwo, name: name, shape: Array(joined))
    }
    return nil
  }

  private func pair(
    _ nibbles: TensorTable.Entry, _ scalesName: String, _ scaleType: ElementType, name: String, shape: [Int]
  ) throws(CheckpointError) -> Pair? {
    guard let scales = tensors[scalesName] else { return nil }
    let expected = shape.dropLast() + [(shape.last ?? 0) / 32]
    guard scales.tensor.elementType == scaleType else {
      throw failure(scales, .unsupportedElementType(scales.tensor.elementType.rawValue))
    }
    guard scales.tensor.shape == Array(expected) else {
      throw failure(scales, .shape(expected: Array(expected), actual: scales.tensor.shape))
    }
    guard scales.file === nibbles.file else {
      throw failure(scales, .misplacedData("it is not in the file of \(nibbles.tensor.name)"))
    }
    return Pair(
      tensor: StoredTensor(
        name: name, elementType: .microscaledPairs, shape: shape, byteRange: nibbles.tensor.byteRange,
        scaleRange: scales.tensor.byteRange),
      scalesName: scalesName)
  }
}

extension String {
  /// What stands before an ending; `nil` without that ending. Compared by bytes.
  func removingSuffix(_ suffix: String) -> String? {
    guard utf8.count > suffix.utf8.count, utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { return nil }
    return String(decoding: utf8.dropLast(suffix.utf8.count), as: UTF8.self)
  }
}
