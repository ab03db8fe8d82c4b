import Checkpoints
import FileMapping
import StrictJSON

/// The tensors of a Keras model exported to safetensors, by layer and variable: `dense_1.kernel`.
struct KerasWeights {
  let file: SafetensorsFile
  /// The text members of the header's metadata.
  let metadata: JSONObject

  var path: String { file.file.path }

  /// - Throws: `ImportError.checkpoint`.
  init(_ mapped: MappedFile) throws(ImportError) {
    do throws(CheckpointError) { file = try SafetensorsFile(mapped) } catch { throw .checkpoint(error) }
    // The reader above accepted this header.
    let length = Int(mapped.integer(at: 0, as: UInt64.self))
    let header = try? JSON.parse(
      mapped.bytes(8..<8 + length), limits: JSONLimits(byteCount: SafetensorsFile.maximumHeaderByteCount, depth: 32))
    metadata = header?["__metadata__"]?.object ?? JSONObject()
    for tensor in file.tensors where tensor.elementCount == 0 {
      throw failure("tensor \(tensor.name)", "no element")
    }
  }

  /// Whether the file says that its tensors lie as Keras has them.
  var saysKeras: Bool { metadata["layout"]?.string?.utf8.starts(with: "keras".utf8) ?? false }

  func failure(_ place: String, _ reason: String) -> ImportError {
    .network(file: path, place: place, reason: reason)
  }

  func has(_ name: String) -> Bool { file.tensors.contains { $0.name == name } }

  func shape(_ name: String) throws(ImportError) -> [Int] { try tensor(name).shape }

  func values(_ name: String) throws(ImportError) -> [Double] {
    let tensor = try tensor(name)
    do throws(CheckpointError) {
      return try tensor.elements(0..<tensor.elementCount, of: file.file).map { Double($0) }
    } catch { throw .checkpoint(error) }
  }

  /// Values that must have a shape.
  func values(_ name: String, shape: [Int]) throws(ImportError) -> [Double] {
    let actual = try self.shape(name)
    guard actual == shape else { throw failure("tensor \(name)", "shape \(actual), where \(shape) is due") }
    return try values(name)
  }

  private func tensor(_ name: String) throws(ImportError) -> StoredTensor {
    guard let tensor = file.tensors.first(where: { $0.name == name }) else {
      throw failure("tensor \(name)", "missing")
    }
    return tensor
  }

  /// The ε of batch normalisation in the metadata, a decimal rounded to binary32; 0.001, as Keras has it, where it says nothing.
  func epsilon() throws(ImportError) -> Double {
    guard let text = metadata["bn_eps"]?.string else { return Double(Float(0.001)) }
    guard let epsilon = Float(text), epsilon > 0, epsilon < 1 else {
      throw failure("metadata bn_eps", "not a number between 0 and 1")
    }
    return Double(epsilon)
  }
}
