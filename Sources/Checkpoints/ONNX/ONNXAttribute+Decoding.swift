extension ONNXAttribute {
  /// The fields of one attribute as they stand in the file; which one counts depends on the stated type.
  private struct Fields {
    var name = ""
    var type: Int64?
    var number: Float = 0
    var integer: Int64 = 0
    var text: [UInt8] = []
    var tensor: ONNXTensor?
    var numbers: [UInt32] = []
    var integers: [Int64] = []
    /// Number of the first field with a value.
    var firstValue: UInt64?
  }

  init(_ attribute: ONNXMessage) throws(ONNXError) {
    let fields = try Self.fields(attribute)
    name = fields.name
    // Before version 4 of the format there was no type: then the field that is present says it.
    switch fields.type ?? Self.types[fields.firstValue ?? 0] ?? 0 {
    case 1: value = .number(fields.number)
    case 2: value = .integer(fields.integer)
    case 3: value = .text(fields.text)
    case 4: value = fields.tensor.map { .tensor($0) } ?? .other("a tensor that is missing")
    case 6: value = .numbers(fields.numbers.map { Float(bitPattern: $0) })
    case 7: value = .integers(fields.integers)
    case 5, 10: value = .other("a graph inside an operator")
    case 8: value = .other("a list of texts")
    case 9: value = .other("a list of tensors")
    case 11, 12: value = .other("a sparse tensor")
    case let type: value = .other("an attribute of type \(type)")
    }
  }

  /// The type that each field implies.
  private static let types: [UInt64: Int64] = [2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9, 11: 10]

  private static func fields(_ attribute: ONNXMessage) throws(ONNXError) -> Fields {
    var attribute = attribute
    var fields = Fields()
    while let field = try attribute.next() {
      switch field.number {
      case 1: fields.name = try attribute.name(field)
      case 2: fields.number = try attribute.float(field)
      case 3: fields.integer = try attribute.integer(field)
      case 4: fields.text = attribute.file.bytes(try attribute.bytes(field))
      case 5: fields.tensor = try ONNXTensor(try attribute.message(field))
      case 7: try attribute.floats(field, into: &fields.numbers)
      case 8: try attribute.integers(field, into: &fields.integers)
      case 20: fields.type = try attribute.integer(field)
      case 21: throw attribute.failure(.unsupported("an attribute that refers to a function's"), at: field.offset)
      default: break
      }
      if (2...11).contains(field.number), fields.firstValue == nil { fields.firstValue = field.number }
    }
    return fields
  }
}
