import StrictJSON

@testable import Checkpoints

/// Writes safetensors files, right or wrong.
struct SafetensorsWriter {
  struct Entry {
    var name: String
    var type: String
    var shape: [Int]
    var data: [UInt8]
    /// Overrides the place that follows from the order.
    var offsets: [Int]?
  }

  var entries: [Entry]
  var headerLength: UInt64?

  func bytes() -> [UInt8] {
    var header: JSONObject = ["__metadata__": ["format": "pt"]]
    var data: [UInt8] = []
    for entry in entries {
      let offsets = entry.offsets ?? [data.count, data.count + entry.data.count]
      header.members.append(
        .init(
          name: entry.name,
          value: [
            "dtype": .string(entry.type), "shape": .array(entry.shape.map { JSON($0) }),
            "data_offsets": .array(offsets.map { JSON($0) }),
          ]))
      data += entry.data
    }
    let text = JSON.object(header).encoded()
    return littleEndian(headerLength ?? UInt64(text.count)) + text + data
  }
}

/// Writes GGUF files, right or wrong.
struct GGUFWriter {
  struct Tensor {
    var name: String
    var kind: UInt32
    /// Innermost first.
    var dimensions: [Int]
    var data: [UInt8]
    /// Overrides the place that follows from the order.
    var offset: UInt64?
  }

  var version: UInt32 = 3
  var keys: [(String, GGUFValue)]
  var tensors: [Tensor]
  var tensorCount: UInt64?
  var keyCount: UInt64?

  func bytes() -> [UInt8] {
    var bytes = Array("GGUF".utf8) + littleEndian(version)
    bytes += littleEndian(tensorCount ?? UInt64(tensors.count)) + littleEndian(keyCount ?? UInt64(keys.count))
    for (key, value) in keys { bytes += Self.string(Array(key.utf8)) + Self.tagged(value) }
    var data: [UInt8] = []
    for tensor in tensors {
      bytes += Self.string(Array(tensor.name.utf8)) + littleEndian(UInt32(tensor.dimensions.count))
      bytes += tensor.dimensions.flatMap { littleEndian(Int64($0)) }
      bytes += littleEndian(tensor.kind) + littleEndian(tensor.offset ?? UInt64(data.count))
      data += Self.padded(tensor.data)
    }
    return tensors.isEmpty ? bytes : Self.padded(bytes) + data
  }

  static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
  }

  static func string(_ bytes: [UInt8]) -> [UInt8] { littleEndian(UInt64(bytes.count)) + bytes }

  static func tagged(_ value: GGUFValue) -> [UInt8] {
    switch value {
    case .uint8(let value): kind(0) + littleEndian(value)
    case .int8(let value): kind(1) + littleEndian(value)
    case .uint16(let value): kind(2) + littleEndian(value)
    case .int16(let value): kind(3) + littleEndian(value)
    case .uint32(let value): kind(4) + littleEndian(value)
    case .int32(let value): kind(5) + littleEndian(value)
    case .float32(let value): kind(6) + littleEndian(value.bitPattern)
    case .bool(let value): kind(7) + [value ? 1 : 0]
    case .string(let value): kind(8) + string(value)
    case .array(let value): kind(9) + array(value)
    case .uint64(let value): kind(10) + littleEndian(value)
    case .int64(let value): kind(11) + littleEndian(value)
    case .float64(let value): kind(12) + littleEndian(value.bitPattern)
    }
  }

  private static func kind(_ kind: UInt32) -> [UInt8] { littleEndian(kind) }

  private static func array(_ array: GGUFArray) -> [UInt8] {
    let (elementKind, elements): (UInt32, [UInt8]) =
      switch array {
      case .uint8(let values): (0, values)
      case .int8(let values): (1, values.flatMap { littleEndian($0) })
      case .uint16(let values): (2, values.flatMap { littleEndian($0) })
      case .int16(let values): (3, values.flatMap { littleEndian($0) })
      case .uint32(let values): (4, values.flatMap { littleEndian($0) })
      case .int32(let values): (5, values.flatMap { littleEndian($0) })
      case .float32(let values): (6, values.flatMap { littleEndian($0.bitPattern) })
      case .bool(let values): (7, values.map { $0 ? 1 : 0 })
      case .string(let values): (8, values.flatMap { string($0) })
      case .array(let values): (9, values.flatMap { Self.array($0) })
      case .uint64(let values): (10, values.flatMap { littleEndian($0) })
      case .int64(let values): (11, values.flatMap { littleEndian($0) })
      case .float64(let values): (12, values.flatMap { littleEndian($0.bitPattern) })
      }
    return kind(elementKind) + littleEndian(UInt64(array.count)) + elements
  }
}
