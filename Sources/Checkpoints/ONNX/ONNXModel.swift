import FileMapping

/// A model in an ONNX file: the part of the format that describes a graph of operators on dense tensors.
/// - Source: onnx/onnx, onnx.proto, docs/IR.md.
package struct ONNXModel: Sendable {
  package let file: MappedFile
  /// The version of the operators of the default domain.
  package let operatorVersion: Int
  package let graph: ONNXGraph
}

/// Operators with their constants, in topological order.
package struct ONNXGraph: Sendable {
  package internal(set) var nodes: [ONNXNode] = []
  /// Constants, each name once.
  package internal(set) var initializers: [ONNXTensor] = []
  /// Inputs that are not constants.
  package internal(set) var inputs: [ONNXValue] = []
  package internal(set) var outputs: [ONNXValue] = []
}

/// One operator.
package struct ONNXNode: Sendable {
  /// Place in the graph, from 0.
  package let index: Int
  package internal(set) var name = ""
  package internal(set) var operation = ""
  /// Empty for the default domain.
  package internal(set) var domain = ""
  /// Names of tensors; an empty one stands for an input that is left out.
  package internal(set) var inputs: [String] = []
  package internal(set) var outputs: [String] = []
  /// Each name once.
  package internal(set) var attributes: [ONNXAttribute] = []

  init(index: Int) {
    self.index = index
  }

  package var place: ONNXError.Place { .node(index: index, name: name, operation: operation) }

  package func attribute(_ name: String) -> ONNXAttribute.Value? { attributes.first { $0.name == name }?.value }
}

/// A named option of an operator.
package struct ONNXAttribute: Sendable {
  /// What an attribute holds.
  package enum Value: Sendable {
    case number(Float)
    case integer(Int64)
    /// As written; usually ASCII.
    case text([UInt8])
    case tensor(ONNXTensor)
    case numbers([Float])
    case integers([Int64])
    /// A kind that is not read, by its name.
    case other(String)
  }

  package let name: String
  package let value: Value
}

/// An input or output of the graph.
package struct ONNXValue: Sendable {
  package internal(set) var name = ""
  /// The standard's number; 1 is binary32.
  package internal(set) var elementType: Int64 = 0
  /// Sizes; `nil` where the model leaves one open. `nil` in all when there is no shape.
  package internal(set) var shape: [Int?]?
}

/// A constant.
package struct ONNXTensor: Sendable {
  /// The elements, row-major.
  package enum Elements: Sendable, Equatable {
    /// Binary16, bfloat16 and binary32 widened exactly, and binary64.
    case numbers([Double])
    /// 32 or 64 bits.
    case integers([Int64])

    package var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  package let name: String
  /// Empty for a scalar.
  package let shape: [Int]
  package let elements: Elements

  /// - Precondition: there are as many elements as the shape says.
  package init(name: String, shape: [Int], elements: Elements) {
    precondition(Int.product(shape) == elements.count)
    self.name = name
    self.shape = shape
    self.elements = elements
  }
}
