/// Why a file is not an acceptable ONNX model: which file, where in it, and what is wrong.
package struct ONNXError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where in the model.
  package enum Place: Equatable, Sendable {
    case wholeFile
    /// A byte of the file.
    case offset(Int)
    /// A node, by its place in the graph, its name (which may be empty) and its operator.
    case node(index: Int, name: String, operation: String)
    case tensor(String)
    /// An input or output of the graph.
    case value(String)
  }

  /// What was wrong.
  package enum Reason: Equatable, Sendable {
    /// The bytes are not a message of this kind.
    case malformed(String)
    /// Something that is understood but not read.
    case unsupported(String)
    /// More than the limits allow.
    case tooLarge(String)
    /// Parts of the model do not fit together.
    case contradiction(String)
    /// The element of this index is infinite or not a number.
    case nonFinite(index: Int)
  }

  package let file: String
  package let place: Place
  package let reason: Reason

  package init(file: String, place: Place, reason: Reason) {
    self.file = file
    self.place = place
    self.reason = reason
  }

  package var description: String { "\(file): \(place)\(reason)" }
}

extension ONNXError.Place: CustomStringConvertible {
  package var description: String {
    switch self {
    case .wholeFile: ""
    case .offset(let offset): "byte \(offset): "
    case .node(let index, let name, let operation):
      "node \(index)\(name.isEmpty ? "" : " ‘\(name)’") (\(operation)): "
    case .tensor(let name): "tensor ‘\(name)’: "
    case .value(let name): "value ‘\(name)’: "
    }
  }
}

extension ONNXError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .malformed(let what): "\(what) is malformed; the file is damaged, or no ONNX model"
    case .unsupported(let what): "\(what) is not supported"
    case .tooLarge(let what): "\(what)"
    case .contradiction(let what): what
    case .nonFinite(let index): "element \(index) is not a finite number"
    }
  }
}
