import FileMapping

extension ONNXModel {
  /// Operator sets whose meaning is known here.
  package static let operatorVersions = 7...24

  /// Whether a file begins as an ONNX model does: with the format's version, a small number, and one of the next fields.
  package static func isPlausible(_ file: MappedFile) -> Bool {
    guard file.count >= 3 else { return false }
    let start = file.bytes(0..<3)
    return start[0] == 0x08 && (1...0x7F).contains(start[1])
      && [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(start[2])
  }

  /// Reads a model with all its constants.
  /// - Throws: `ONNXError` with the byte, node or tensor; never traps, whatever the bytes.
  /// - Complexity: O(file); memory is a small multiple of the constants.
  package init(_ file: MappedFile) throws(ONNXError) {
    var message = ONNXMessage(file, 0..<file.count)
    var graph: ONNXGraph?
    var version: Int64?
    while let field = try message.next() {
      switch field.number {
      case 1: _ = try message.integer(field)
      case 7:
        guard graph == nil else { throw message.failure(.malformed("a second graph"), at: field.offset) }
        graph = try ONNXGraph(try message.message(field))
      case 8:
        if let found = try Self.defaultVersion(try message.message(field)) { version = found }
      case 25: throw message.failure(.unsupported("a model with functions of its own"), at: field.offset)
      default: break
      }
    }
    func failure(_ reason: ONNXError.Reason) -> ONNXError {
      ONNXError(file: file.path, place: .wholeFile, reason: reason)
    }
    guard let graph else { throw failure(.malformed("a model without a graph")) }
    guard let version else { throw failure(.malformed("a model without an operator set")) }
    guard Self.operatorVersions.contains(Int(clamping: version)) else {
      throw failure(.unsupported("operator set \(version) (\(Self.operatorVersions) are)"))
    }
    self.file = file
    operatorVersion = Int(version)
    self.graph = graph
  }

  /// The version, if this is the default domain's entry.
  private static func defaultVersion(_ entry: ONNXMessage) throws(ONNXError) -> Int64? {
    var entry = entry
    var (domain, version) = ("", Int64(0))
    while let field = try entry.next() {
      if field.number == 1 { domain = try entry.name(field) }
      if field.number == 2 { version = try entry.integer(field) }
    }
    return domain.isEmpty || domain == "ai.onnx" ? version : nil
  }
}

extension ONNXGraph {
  init(_ graph: ONNXMessage) throws(ONNXError) {
    var graph = graph
    while let field = try graph.next() {
      switch field.number {
      case 1:
        guard nodes.count < ONNXLimits.nodeCount else {
          throw graph.failure(.tooLarge("more than \(ONNXLimits.nodeCount) nodes"), at: field.offset)
        }
        nodes.append(try ONNXNode(try graph.message(field), index: nodes.count))
      case 5:
        guard initializers.count < ONNXLimits.tensorCount else {
          throw graph.failure(.tooLarge("more than \(ONNXLimits.tensorCount) tensors"), at: field.offset)
        }
        initializers.append(try ONNXTensor(try graph.message(field)))
      case 11: try Self.append(try ONNXValue(try graph.message(field)), to: &inputs, graph, field)
      case 12: try Self.append(try ONNXValue(try graph.message(field)), to: &outputs, graph, field)
      case 15: throw graph.failure(.unsupported("a sparse tensor"), at: field.offset)
      default: break
      }
    }
    let constants = Set(initializers.map(\.name))
    guard constants.count == initializers.count else {
      throw ONNXError(
        file: graph.file.path, place: .wholeFile, reason: .contradiction("two tensors have one name"))
    }
    // Older files list the constants among the inputs.
    inputs.removeAll { constants.contains($0.name) }
  }

  private static func append(
    _ value: ONNXValue, to values: inout [ONNXValue], _ graph: ONNXMessage, _ field: ONNXMessage.Field
  ) throws(ONNXError) {
    guard values.count < ONNXLimits.tensorCount else {
      throw graph.failure(.tooLarge("more than \(ONNXLimits.tensorCount) inputs or outputs"), at: field.offset)
    }
    values.append(value)
  }
}

extension ONNXNode {
  init(_ node: ONNXMessage, index: Int) throws(ONNXError) {
    self.init(index: index)
    var node = node
    while let field = try node.next() {
      switch field.number {
      case 1: inputs.append(try node.name(field))
      case 2: outputs.append(try node.name(field))
      case 3: name = try node.name(field)
      case 4: operation = try node.name(field)
      case 5: attributes.append(try ONNXAttribute(try node.message(field)))
      case 7: domain = try node.name(field)
      default: break
      }
      guard max(inputs.count, outputs.count, attributes.count) <= ONNXLimits.listLength else {
        throw node.failure(.tooLarge("a node with more than \(ONNXLimits.listLength) inputs"), at: field.offset)
      }
    }
    if domain == "ai.onnx" { domain = "" }
    guard Set(attributes.map(\.name)).count == attributes.count else {
      throw ONNXError(file: node.file.path, place: place, reason: .contradiction("two attributes have one name"))
    }
  }
}

extension ONNXValue {
  init(_ value: ONNXMessage) throws(ONNXError) {
    var value = value
    while let field = try value.next() {
      if field.number == 1 { name = try value.name(field) }
      guard field.number == 2 else { continue }
      var type = try value.message(field)
      while let field = try type.next() {
        // Field 1 is a dense tensor; sequences and maps leave the element type 0.
        if field.number == 1 { try readTensorType(try type.message(field)) }
      }
    }
  }

  private mutating func readTensorType(_ type: ONNXMessage) throws(ONNXError) {
    var type = type
    while let field = try type.next() {
      if field.number == 1 { elementType = try type.integer(field) }
      guard field.number == 2 else { continue }
      var sizes: [Int?] = []
      var shape = try type.message(field)
      while let field = try shape.next() {
        guard field.number == 1 else { continue }
        guard sizes.count < ONNXLimits.rank else {
          throw shape.failure(.tooLarge("more than \(ONNXLimits.rank) dimensions"), at: field.offset)
        }
        sizes.append(try Self.size(try shape.message(field)))
      }
      self.shape = sizes
    }
  }

  /// A size that is stated and positive.
  private static func size(_ dimension: ONNXMessage) throws(ONNXError) -> Int? {
    var dimension = dimension
    var size: Int?
    while let field = try dimension.next() {
      guard field.number == 1 else { continue }
      let value = try dimension.integer(field)
      size = value > 0 ? Int(value) : nil
    }
    return size
  }
}
