import Checkpoints
import FileMapping

/// A published network, whatever form its file has.
package struct NetworkSource: Sendable {
  let trained: TrainedNetwork
  /// What the file is: `ONNX` or `Keras`.
  package let format: String
  /// Every file that was read.
  let files: [SourceFile]
  /// The file's name without its ending.
  let defaultName: String
}

/// Opens a published network: an ONNX file, or a Keras model exported to safetensors.
///
/// The form is told by content. Beside a safetensors file `NAME.safetensors`, `NAME.json` or `model.json` may describe the
/// layers; without it only architectures that are recognised by their tensors are read.
/// - Returns: `nil` for a file of another form, or a folder.
/// - Throws: `ImportError` with the node, layer, tensor or byte; never traps, whatever the bytes.
package func openNetworkSource(_ path: String) throws(ImportError) -> NetworkSource? {
  guard MappedFile.kind(ofPath: path) != .directory else { return nil }
  let file: MappedFile
  do throws(FileMappingError) { file = try MappedFile(path: path) } catch { throw .unreadable(error) }
  if NetworkForm.isSafetensors(file) { return try NetworkForm.openKeras(file) }
  if ONNXModel.isPlausible(file) { return try NetworkForm.openONNX(file) }
  return nil
}

/// The forms of network files.
private enum NetworkForm {
  /// A length, then a JSON object.
  static func isSafetensors(_ file: MappedFile) -> Bool {
    guard file.count > 8 else { return false }
    return file.integer(at: 0, as: UInt64.self) <= UInt64(file.count - 8) && file.integer(at: 8, as: UInt8.self) == 0x7B
  }

  static func openONNX(_ file: MappedFile) throws(ImportError) -> NetworkSource {
    let model: ONNXModel
    do throws(ONNXError) { model = try ONNXModel(file) } catch { throw .onnx(error) }
    return NetworkSource(
      trained: try ONNXTranslation.network(model), format: "ONNX", files: [SourceFile(file)],
      defaultName: name(file, without: ".onnx"))
  }

  static func openKeras(_ file: MappedFile) throws(ImportError) -> NetworkSource? {
    let weights = try KerasWeights(file)
    let name = name(file, without: ".safetensors")
    var files = [SourceFile(file)]
    let architecture: KerasArchitecture
    if let description = try description(beside: file, name: name) {
      files.append(SourceFile(description))
      architecture = try KerasDescription.architecture(description.allBytes, path: description.path)
    } else if let known = try KerasKnownArchitecture.recognize(weights) {
      architecture = known
    } else if weights.saysKeras {
      throw weights.failure(
        "its tensors", "of no architecture that is recognised; put the model's description beside it as \(name).json")
    } else {
      return nil
    }
    return NetworkSource(
      trained: try KerasTranslation.network(architecture, weights), format: "Keras", files: files, defaultName: name)
  }

  /// `NAME.json`, then `model.json`.
  private static func description(beside file: MappedFile, name: String) throws(ImportError) -> MappedFile? {
    let bytes = Array(file.path.utf8)
    let folder = bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)]
    for candidate in [name + ".json", "model.json"] {
      let path = String(decoding: folder, as: UTF8.self) + candidate
      guard MappedFile.kind(ofPath: path) == .other else { continue }
      do throws(FileMappingError) { return try MappedFile(path: path) } catch { throw .unreadable(error) }
    }
    return nil
  }

  private static func name(_ file: MappedFile, without ending: String) -> String {
    let name = lastPathComponent(file.path).utf8
    guard name.count > ending.utf8.count, name.suffix(ending.utf8.count).elementsEqual(ending.utf8) else {
      return String(decoding: name, as: UTF8.self)
    }
    return String(decoding: name.dropLast(ending.utf8.count), as: UTF8.self)
  }
}
