import FileMapping

extension ONNXTensor {
  /// The fields of one tensor as they stand in the file.
  private struct Fields {
    var name = ""
    var shape: [Int64] = []
    var type: Int64 = 0
    var floats: [UInt32] = []
    var doubles: [UInt64] = []
    /// 32-bit integers, and the bits of 16-bit numbers.
    var integers32: [Int64] = []
    var integers64: [Int64] = []
    var raw: Range<Int>?

    var listedCount: Int { floats.count + doubles.count + integers32.count + integers64.count }
  }

  init(_ tensor: ONNXMessage) throws(ONNXError) {
    let file = tensor.file
    let fields = try Self.fields(tensor)
    func failure(_ reason: ONNXError.Reason) -> ONNXError {
      ONNXError(file: file.path, place: .tensor(fields.name), reason: reason)
    }
    guard fields.shape.count <= ONNXLimits.rank else {
      throw failure(.tooLarge("more than \(ONNXLimits.rank) dimensions"))
    }
    let shape = fields.shape.map { Int(clamping: $0) }
    guard shape.allSatisfy({ $0 >= 0 }), let count = Int.product(shape), count <= ONNXLimits.tensorSize else {
      throw failure(.tooLarge("a shape of \(fields.shape), limit \(ONNXLimits.tensorSize) elements"))
    }
    guard fields.raw == nil || fields.listedCount == 0 else {
      throw failure(.contradiction("elements both raw and listed"))
    }
    let elements = try Self.elements(fields, file)
    guard elements.count == count else {
      throw failure(.contradiction("\(elements.count) elements for shape \(shape)"))
    }
    if case .numbers(let values) = elements, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw failure(.nonFinite(index: index))
    }
    self.init(name: fields.name, shape: shape, elements: elements)
  }

  private static func fields(_ tensor: ONNXMessage) throws(ONNXError) -> Fields {
    var tensor = tensor
    var fields = Fields()
    while let field = try tensor.next() {
      switch field.number {
      case 1: try tensor.integers(field, into: &fields.shape)
      case 2: fields.type = try tensor.integer(field)
      case 4: try tensor.floats(field, into: &fields.floats)
      case 5: try tensor.integers(field, into: &fields.integers32)
      case 7: try tensor.integers(field, into: &fields.integers64)
      case 8: fields.name = try tensor.name(field)
      case 9: fields.raw = try tensor.bytes(field)
      case 10: try tensor.doubles(field, into: &fields.doubles)
      case 3, 13: throw tensor.failure(.unsupported("a tensor kept in parts or outside the file"), at: field.offset)
      case 14 where try tensor.integer(field) != 0:
        throw tensor.failure(.unsupported("a tensor kept outside the file"), at: field.offset)
      default: break
      }
    }
    return fields
  }

  private static func elements(_ fields: Fields, _ file: MappedFile) throws(ONNXError) -> Elements {
    func raw<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) throws(ONNXError) -> [Value]? {
      guard let range = fields.raw else { return nil }
      guard range.count.isMultiple(of: MemoryLayout<Value>.size) else {
        throw ONNXError(
          file: file.path, place: .tensor(fields.name), reason: .malformed("the length of the raw elements"))
      }
      return file.integers(at: range.lowerBound, count: range.count / MemoryLayout<Value>.size, as: type)
    }
    switch fields.type {
    case 1:
      return .numbers((try raw(UInt32.self) ?? fields.floats).map { Double(Float(bitPattern: $0)) })
    case 6:
      return .integers(try raw(Int32.self)?.map { Int64($0) } ?? fields.integers32)
    case 7:
      return .integers(try raw(Int64.self) ?? fields.integers64)
    case 9:
      return .integers(try raw(UInt8.self)?.map { Int64($0) } ?? fields.integers32)
    case 10, 16:
      let patterns = try raw(UInt16.self) ?? fields.integers32.map { UInt16(truncatingIfNeeded: $0) }
      let widen = fields.type == 10 ? Widening.binary16 : Widening.brain16
      return .numbers(patterns.map { Double(Float(bitPattern: widen($0))) })
    case 11:
      return .numbers((try raw(UInt64.self) ?? fields.doubles).map { Double(bitPattern: $0) })
    case let type:
      throw ONNXError(
        file: file.path, place: .tensor(fields.name),
        reason: .unsupported("element type \(Self.typeName(type))"))
    }
  }

  /// The standard's names, for messages.
  private static func typeName(_ type: Int64) -> String {
    let names: [Int64: String] = [
      2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 8: "string", 12: "uint32", 13: "uint64",
      14: "complex64", 15: "complex128",
    ]
    return names[type] ?? "number \(type)"
  }
}
