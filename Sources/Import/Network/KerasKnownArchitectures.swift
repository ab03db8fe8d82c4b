import Program

/// Architectures that are recognised by the names and shapes of their tensors, for files that have no description beside them.
enum KerasKnownArchitecture {
  /// - Returns: `nil` when the tensors are those of none.
  static func recognize(_ weights: KerasWeights) throws(ImportError) -> KerasArchitecture? {
    let layers = Set(weights.file.tensors.map { layerName($0.name) })
    if layers == ["dense1", "batch_normalization_1", "dense2", "batch_normalization_2", "dense_1"] {
      return try donor(weights)
    }
    if layers == ["convSpliceSite", "batch_normalization_1", "conv1by1", "batch_normalization_2", "denseSS"] {
      return try acceptor(weights)
    }
    return nil
  }

  /// What stands before the last dot.
  private static func layerName(_ tensor: String) -> String {
    let bytes = Array(tensor.utf8)
    return String(decoding: bytes[..<(bytes.lastIndex(of: UInt8(ascii: ".")) ?? bytes.count)], as: UTF8.self)
  }

  /// MMSplice's donor network: bases, each one hot, two dense layers with batch normalisation and then ReLU, one output.
  private static func donor(_ weights: KerasWeights) throws(ImportError) -> KerasArchitecture {
    let columns = try weights.shape("dense1.kernel").first ?? 0
    guard columns > 0, columns.isMultiple(of: 4) else {
      throw weights.failure("tensor dense1.kernel", "\(columns) rows, no multiple of the four bases")
    }
    let epsilon = try weights.epsilon()
    return KerasArchitecture(
      input: .nucleotides(length: columns / 4),
      layers: [
        .flatten,
        .dense(name: "dense1", .linear), .batchNormalization(name: "batch_normalization_1", epsilon: epsilon),
        .activation(.relu),
        .dense(name: "dense2", .linear), .batchNormalization(name: "batch_normalization_2", epsilon: epsilon),
        .activation(.relu),
        .dense(name: "dense_1", .sigmoid),
      ])
  }

  /// MMSplice's acceptor network: two convolutions that keep the length, each with ReLU and then batch normalisation, and
  /// one output from all positions.
  private static func acceptor(_ weights: KerasWeights) throws(ImportError) -> KerasArchitecture {
    let columns = try weights.shape("denseSS.kernel").first ?? 0
    let channels = try weights.shape("conv1by1.kernel").last ?? 0
    guard columns > 0, channels > 0, columns.isMultiple(of: channels) else {
      throw weights.failure("tensor denseSS.kernel", "\(columns) rows, no multiple of \(channels) channels")
    }
    func convolution(_ name: String) throws(ImportError) -> KerasLayer {
      let size = try weights.shape(name + ".kernel").first ?? 0
      return .convolution(
        name: name, KerasLayer.Windowing(sizes: [size], strides: [1], dilations: [1], isSame: true), .relu)
    }
    let epsilon = try weights.epsilon()
    return KerasArchitecture(
      input: .nucleotides(length: columns / channels),
      layers: [
        try convolution("convSpliceSite"), .batchNormalization(name: "batch_normalization_1", epsilon: epsilon),
        try convolution("conv1by1"), .batchNormalization(name: "batch_normalization_2", epsilon: epsilon),
        .flatten, .dense(name: "denseSS", .sigmoid),
      ])
  }
}
