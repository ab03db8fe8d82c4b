import StrictJSON

/// Why a model file is not acceptable: which file, where in it, what is wrong, and what to do about it.
package struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where in the file.
  package enum Place: Equatable, Sendable {
    case wholeFile
    /// A byte of the file.
    case offset(Int)
    /// A header or metadata field, by the name it has in the file.
    case field(String)
    case tensor(String)
    /// One element of a tensor, by its index in stored order.
    case element(tensor: String, index: Int)
  }

  /// What was wrong.
  package enum Reason: Equatable, Sendable {
    /// The operating system's own words.
    case unreadable(String)
    case notACheckpoint
    case truncated(needed: Int, available: Int)
    case trailingBytes(Int)
    case invalidJSON(JSONError.Reason)
    case missing
    case wrongKind(expected: String)
    case outOfRange(value: String, allowed: String)
    case contradiction(String)
    case duplicate
    case unsupported(String)
    case unsupportedElementType(String)
    case unexpectedTensor
    case shape(expected: [Int], actual: [Int])
    case misplacedData(String)
    case nonFinite
    case tooDeep(limit: Int)
  }

  package let file: String
  package let place: Place
  package let reason: Reason

  package init(file: String, place: Place = .wholeFile, reason: Reason) {
    self.file = file
    self.place = place
    self.reason = reason
  }

  /// One line: what, where, what to do.
  package var description: String { onOneLine("\(file): \(place)\(reason); \(reason.remedy)") }
}

extension CheckpointError.Place: CustomStringConvertible {
  package var description: String {
    switch self {
    case .wholeFile: ""
    case .offset(let offset): "byte \(offset): "
    case .field(let name): "field \(shortened(name)): "
    case .tensor(let name): "tensor \(shortened(name)): "
    case .element(let tensor, let index): "tensor \(shortened(tensor)), element \(index): "
    }
  }
}

extension CheckpointError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let text): "cannot be read (\(text))"
    case .notACheckpoint: "not a model in a known form"
    case .truncated(let needed, let available): "\(needed) bytes are needed and \(available) are left"
    case .trailingBytes(let count): "\(count) bytes follow where the file should end"
    case .invalidJSON(let reason): "invalid JSON: \(reason.rawValue)"
    case .missing: "missing"
    case .wrongKind(let expected): "not \(expected)"
    case .outOfRange(let value, let allowed): "\(shortened(value)) is outside \(allowed)"
    case .contradiction(let text): shortened(text)
    case .duplicate: "occurs twice"
    case .unsupported(let text): "\(shortened(text)) is not supported"
    case .unsupportedElementType(let name): "element type \(shortened(name)) is not supported"
    case .unexpectedTensor: "no tensor of this name belongs to the architecture"
    case .shape(let expected, let actual): "shape \(actual), but the configuration asks for \(expected)"
    case .misplacedData(let text): shortened(text)
    case .nonFinite: "not a finite number"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    }
  }

  /// What the person who named the file can do.
  package var remedy: String {
    switch self {
    case .unreadable: "check the path and its permissions"
    case .notACheckpoint: "give a Hugging Face directory, a .gguf file or a llama2.c .bin file"
    case .truncated, .trailingBytes, .invalidJSON, .misplacedData, .tooDeep, .duplicate:
      "the file is damaged or was not fully downloaded, fetch it again"
    case .missing, .wrongKind, .outOfRange, .contradiction, .shape:
      "compare the file with the one its author published"
    case .unsupported, .unexpectedTensor:
      "choose a model of a family that docs/spec-import.md lists, as a Hugging Face directory, GGUF or llama2.c file"
    case .unsupportedElementType: "choose or convert to F32, F16, BF16 or a block type of GGUF such as Q8_0 or Q4_K"
    case .nonFinite: "the weights are broken, choose another checkpoint"
    }
  }
}

/// Foreign text in a message is cut: a name may claim to be megabytes long.
private func shortened(_ text: String) -> String {
  text.utf8.count <= 160 ? text : String(decoding: text.utf8.prefix(157), as: UTF8.self) + "..."
}

/// Foreign names may hold line breaks and terminal controls; they are shown as replacement characters.
private func onOneLine(_ text: String) -> String {
  var line = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    let isSeparator = scalar.value == 0x2028 || scalar.value == 0x2029
    line.append(isControl || isSeparator ? "\u{FFFD}" : scalar)
  }
  return String(line)
}
