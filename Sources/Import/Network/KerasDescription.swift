import Program
import StrictJSON

/// Reads the architecture of a Keras model that is one layer after another, as `model.to_json()` writes it.
/// - Source: keras.io, "Whole model saving & loading"; member names of Keras 2 and 3.
struct KerasDescription {
  private let path: String

  /// - Throws: `ImportError.network` with the layer and the member.
  static func architecture(_ bytes: [UInt8], path: String) throws(ImportError) -> KerasArchitecture {
    let root: JSON
    do { root = try JSON.parse(bytes) } catch {
      throw .network(file: path, place: "byte \(error.offset)", reason: "invalid JSON: \(error.reason.rawValue)")
    }
    return try KerasDescription(path: path).architecture(root)
  }

  private func failure(_ place: String, _ reason: String) -> ImportError {
    .network(file: path, place: place, reason: reason)
  }

  private func architecture(_ root: JSON) throws(ImportError) -> KerasArchitecture {
    let kind = root["class_name"]?.string ?? ""
    guard ["Sequential", "Functional", "Model"].contains(kind), let config = root["config"] else {
      throw failure("class_name", "not a Sequential or Functional model")
    }
    guard let entries = config["layers"]?.array ?? config.array, (1...1_024).contains(entries.count) else {
      throw failure("layers", "not a list of 1 to 1024 layers")
    }
    var layers: [KerasLayer] = []
    var shape: [Int]?
    var previous: String?
    for entry in entries {
      let layer = KerasLayerEntry(path: path, json: entry)
      if kind != "Sequential" { try layer.requireSource(previous) }
      previous = layer.name
      if shape == nil { shape = try layer.inputShape() }
      if let read = try layer.read() { layers.append(read) }
    }
    guard let shape else { throw failure("layers", "no layer says the shape of the input") }
    return KerasArchitecture(input: try input(shape), layers: layers)
  }

  /// Sizes without the batch: pictures have rows, columns, channels, sequences have positions and the four bases.
  private func input(_ shape: [Int]) throws(ImportError) -> KerasArchitecture.Input {
    switch shape.count {
    case 3 where [1, 3].contains(shape[2]): return .picture(height: shape[0], width: shape[1], channels: shape[2])
    case 2 where shape[1] == NucleotideFormat.letters.count: return .nucleotides(length: shape[0])
    case 1 where shape[0].isMultiple(of: NucleotideFormat.letters.count):
      return .nucleotides(length: shape[0] / NucleotideFormat.letters.count)
    default: throw failure("input shape \(shape)", "neither a picture of 1 or 3 channels nor a sequence of bases")
    }
  }
}

/// One member of the list of layers.
private struct KerasLayerEntry {
  let path: String
  let json: JSON

  var kind: String { json["class_name"]?.string ?? "" }
  var name: String { json["config"]?["name"]?.string ?? json["name"]?.string ?? "" }

  private func failure(_ reason: String) -> ImportError {
    .network(file: path, place: "layer \(name) (\(kind))", reason: reason)
  }

  private subscript(member: String) -> JSON? {
    guard let value = json["config"]?[member], !value.isNull else { return nil }
    return value
  }

  /// A functional model must be a chain: every layer reads the one before.
  func requireSource(_ previous: String?) throws(ImportError) {
    let nodes = json["inbound_nodes"]?.array ?? []
    guard let previous else {
      guard nodes.isEmpty else { throw failure("not the start of a chain") }
      return
    }
    guard nodes.count == 1, Self.names(in: nodes[0], depth: 0) == [previous] else {
      throw failure("it does not read the layer before it alone")
    }
  }

  /// Keras 2: [[name, 0, 0, {}]]; Keras 3: {"args": [{"config": {"keras_history": [name, 0, 0]}}], …}.
  private static func names(in json: JSON, depth: Int) -> [String] {
    guard depth < 8 else { return [] }
    if let history = json["config"]?["keras_history"]?.array { return history.first?.string.map { [$0] } ?? [] }
    if let list = json.array {
      if let name = list.first?.string { return [name] }
      return list.flatMap { names(in: $0, depth: depth + 1) }
    }
    return json["args"].map { names(in: $0, depth: depth + 1) } ?? []
  }

  /// Sizes without the batch, where this layer says them.
  func inputShape() throws(ImportError) -> [Int]? {
    guard let sizes = (self["batch_input_shape"] ?? self["batch_shape"])?.array else { return nil }
    var shape: [Int] = []
    for size in sizes.dropFirst() {
      guard let size = size.integer, (1...NetworkLimits.dimension).contains(size) else {
        throw failure("an input of open size")
      }
      shape.append(size)
    }
    return shape
  }

  /// - Returns: `nil` for the input.
  func read() throws(ImportError) -> KerasLayer? {
    switch kind {
    case "InputLayer": return nil
    case "Dense": return .dense(name: name, try activation())
    case "Conv1D", "Conv2D":
      guard try integers("groups", count: 1, default: 1) == [1] else { throw failure("groups") }
      return .convolution(name: name, try windowing("kernel_size"), try activation())
    case "BatchNormalization": return .batchNormalization(name: name, epsilon: try epsilon())
    case "Activation": return .activation(try activation())
    case "ReLU":
      guard self["max_value"] == nil, ["negative_slope", "threshold"].allSatisfy({ isZero($0) }) else {
        throw failure("a ReLU with a limit, slope or threshold")
      }
      return .activation(.relu)
    case "Softmax": return .activation(.softmax)
    case "Flatten":
      try requireChannelsLast()
      return .flatten
    case "MaxPooling1D", "MaxPooling2D": return .maximumPool(try windowing("pool_size"))
    case "AveragePooling1D", "AveragePooling2D": return .averagePool(try windowing("pool_size"))
    case "GlobalMaxPooling1D", "GlobalMaxPooling2D": return .globalMaximumPool
    case "GlobalAveragePooling1D", "GlobalAveragePooling2D": return .globalAveragePool
    case "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout": return .nothing
    default: throw failure("this layer is not supported")
    }
  }

  private func isZero(_ member: String) -> Bool {
    guard case .number(let number)? = self[member] else { return self[member] == nil }
    return Double(number.text) == 0
  }

  private func requireChannelsLast() throws(ImportError) {
    guard self["data_format"]?.string ?? "channels_last" == "channels_last" else { throw failure("channels first") }
  }

  private func activation() throws(ImportError) -> KerasLayer.Activation {
    guard let value = self["activation"] else { return .linear }
    guard let name = value.string, let activation = KerasLayer.Activation(rawValue: name) else {
      throw failure("activation \(value.string ?? "of its own") is not supported")
    }
    return activation
  }

  private func epsilon() throws(ImportError) -> Double {
    guard let value = self["epsilon"] else { return Double(Float(0.001)) }
    guard case .number(let number) = value, let epsilon = Float(number.text), epsilon > 0, epsilon < 1 else {
      throw failure("epsilon is not between 0 and 1")
    }
    return Double(epsilon)
  }

  private func windowing(_ sizeMember: String) throws(ImportError) -> KerasLayer.Windowing {
    try requireChannelsLast()
    let count = kind.utf8.contains(UInt8(ascii: "1")) ? 1 : 2
    let isPool = sizeMember == "pool_size"
    let sizes = try integers(sizeMember, count: count, default: isPool ? 2 : 0)
    let strides = self["strides"] == nil && isPool ? sizes : try integers("strides", count: count, default: 1)
    let padding = self["padding"]?.string ?? "valid"
    guard ["valid", "same"].contains(padding) else { throw failure("padding \(padding) is not supported") }
    return KerasLayer.Windowing(
      sizes: sizes, strides: strides, dilations: try integers("dilation_rate", count: count, default: 1),
      isSame: padding == "same")
  }

  /// One integer for each axis, or one for all.
  private func integers(_ member: String, count: Int, default absent: Int) throws(ImportError) -> [Int] {
    let value = self[member] ?? JSON(absent)
    let integers = (value.array ?? [JSON](repeating: value, count: count)).map { $0.integer ?? 0 }
    guard integers.count == count, integers.allSatisfy((1...NetworkLimits.window).contains) else {
      throw failure("\(member) is not \(count) numbers of 1 to \(NetworkLimits.window)")
    }
    return integers
  }
}
