import Hashing

/// What a section of a program file holds (SPEC.md, section 6).
package enum SectionKind: UInt32, Sendable {
  case graph = 1
  case tables = 2
  case matrix = 3
  case tokenizer = 4
  case template = 5
  case sources = 6
}

/// One entry of the section table.
package struct Section: Equatable, Sendable {
  package let kind: SectionKind
  package let index: Int
  package let offset: Int
  package let length: Int
  package var root: Digest

  package var range: Range<Int> { offset..<offset + length }
  /// For messages.
  package var name: String { kind == .matrix ? "matrix \(index)" : "\(kind)" }

  /// The hash that stands for the section in the roots.
  var leaf: Digest {
    var writer = ByteWriter()
    writer.write(kind.rawValue)
    writer.write(UInt32(index))
    writer.write(UInt64(length))
    writer.write(root)
    return Merkle.leaf(writer.bytes)
  }
}

/// The frame of a program file: versions, roots and the section table.
///
/// ```text
/// offset size
/// 0      8    "RAZAOPRG"
/// 8      4    file version 1
/// 12     4    arithmetic version 1
/// 16     4    count of weight sections
/// 20     4    count of information sections
/// 24     8    file length
/// 32     32   weights root
/// 64     32   program root
/// 96     56·n section entries: kind u32, index u32, offset u64, length u64, root 32
/// ```
struct Frame: Equatable, Sendable {
  static let magic = Array("RAZAOPRG".utf8)
  static let fileVersion: UInt32 = 1
  static let arithmeticVersion: UInt32 = 1
  static let entrySize = 56
  static let fixedSize = 96
  static let alignment = 64
  static let informationCount = 3

  var weights: [Section]
  var information: [Section]

  /// Lays sections out one after another.
  /// - Parameter lengths: kind, index and content length, in order; the last three are information.
  init(lengths: [(kind: SectionKind, index: Int, length: Int)]) {
    var offset = Self.fixedSize + Self.entrySize * lengths.count
    var sections: [Section] = []
    for (kind, index, length) in lengths {
      offset = offset.roundedUp(to: Self.alignment)
      sections.append(Section(kind: kind, index: index, offset: offset, length: length, root: .zero))
      offset += length
    }
    weights = Array(sections.dropLast(Self.informationCount))
    information = Array(sections.suffix(Self.informationCount))
  }

  var sections: [Section] { weights + information }

  var fileLength: Int { information.last.map(\.range.upperBound) ?? 0 }

  var size: Int { Self.fixedSize + Self.entrySize * sections.count }

  var weightsRoot: Digest { Merkle.root(of: weights.map(\.leaf)) }

  var programRoot: Digest {
    var writer = ByteWriter()
    for value in [Self.fileVersion, Self.arithmeticVersion, UInt32(weights.count), UInt32(information.count)] {
      writer.write(value)
    }
    writer.write(weightsRoot)
    writer.write(Merkle.root(of: information.map(\.leaf)))
    return taggedHash("razao/program/1", writer.bytes)
  }

  mutating func setRoot(_ root: Digest, ofSection number: Int) {
    if number < weights.count {
      weights[number].root = root
    } else {
      information[number - weights.count].root = root
    }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    for value in [Self.fileVersion, Self.arithmeticVersion, UInt32(weights.count), UInt32(information.count)] {
      writer.write(value)
    }
    writer.write(UInt64(fileLength))
    writer.write(weightsRoot)
    writer.write(programRoot)
    for section in sections {
      writer.write(section.kind.rawValue)
      writer.write(UInt32(section.index))
      writer.write(UInt64(section.offset))
      writer.write(UInt64(section.length))
      writer.write(section.root)
    }
    return writer.bytes
  }
}

extension Int {
  /// The least multiple of `step` that is not below `self`.
  func roundedUp(to step: Int) -> Int { (self + step - 1) / step * step }
}
