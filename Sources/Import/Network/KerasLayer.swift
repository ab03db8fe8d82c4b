import Program

/// One layer of a Keras model, as far as it is understood.
enum KerasLayer: Equatable {
  /// How a window moves.
  struct Windowing: Equatable {
    /// Along each axis, one or two.
    var sizes: [Int]
    var strides: [Int]
    var dilations: [Int]
    /// `same` instead of `valid`.
    var isSame: Bool
  }

  /// What follows a layer's sum.
  enum Activation: String {
    case linear, relu, sigmoid, softmax
  }

  case dense(name: String, Activation)
  /// Sizes are those of the kernel.
  case convolution(name: String, Windowing, Activation)
  case batchNormalization(name: String, epsilon: Double)
  case activation(Activation)
  case flatten
  case maximumPool(Windowing)
  case averagePool(Windowing)
  case globalMaximumPool
  case globalAveragePool
  /// A layer that does nothing once a model is trained.
  case nothing
}

/// What a Keras model reads, and its layers in order.
struct KerasArchitecture: Equatable {
  var input: Input
  var layers: [KerasLayer]

  /// Sizes without the batch.
  enum Input: Equatable {
    case picture(height: Int, width: Int, channels: Int)
    case nucleotides(length: Int)
  }
}
