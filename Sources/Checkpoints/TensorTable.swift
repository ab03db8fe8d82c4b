import FileMapping

/// Finds the stored tensor of every role and reads its rows in one common order.
struct TensorTable: Sendable {
  /// How the rows of a matrix are laid out in a file.
  enum RowOrder: Sendable {
    case asStored
    /// Pairs that rotate together are neighbours (2j, 2j + 1) within each head, instead of (j, j + headSize / 2).
    case interleavedPairs(headSize: Int)

    /// Where row `row` of the common order is stored.
    func storedRow(_ row: Int) -> Int {
      guard case .interleavedPairs(let headSize) = self else { return row }
      let (head, place) = row.quotientAndRemainder(dividingBy: headSize)
      let half = headSize / 2
      return head * headSize + (place < half ? 2 * place : 2 * (place - half) + 1)
    }
  }

  /// One tensor in one file.
  struct Entry: Sendable {
    var file: MappedFile
    var tensor: StoredTensor
    var order: RowOrder = .asStored

    /// True when both hold the same numbers in the same bytes.
    func hasSameContent(as other: Entry) -> Bool {
      tensor.elementType == other.tensor.elementType && tensor.shape == other.tensor.shape
        && file.hasSameBytes(tensor.byteRange, as: other.file, other.tensor.byteRange)
    }
  }

  /// Named in errors about absent tensors.
  let source: String
  private var entries: [TensorRole: Entry] = [:]

  init(source: String) {
    self.source = source
  }

  func has(_ role: TensorRole) -> Bool { entries[role] != nil }

  func entry(_ role: TensorRole) throws(CheckpointError) -> Entry {
    guard let entry = entries[role] else {
      throw CheckpointError(file: source, place: .tensor("\(role)"), reason: .missing)
    }
    return entry
  }

  /// Adds a tensor after comparing its shape.
  mutating func add(_ entry: Entry, as role: TensorRole, shape: [Int]) throws(CheckpointError) {
    guard entry.tensor.shape == shape else {
      throw CheckpointError(
        file: entry.file.path, place: .tensor(entry.tensor.name),
        reason: .shape(expected: shape, actual: entry.tensor.shape))
    }
    entries[role] = entry
  }

  /// Rows `range` of a matrix, or elements of a vector.
  func rows(_ role: TensorRole, _ range: Range<Int>) throws(CheckpointError) -> [Float] {
    let entry = try entry(role)
    let tensor = entry.tensor
    let rowCount = tensor.shape.first ?? 1
    guard range.lowerBound >= 0, range.upperBound <= rowCount else {
      throw CheckpointError(
        file: entry.file.path, place: .tensor(tensor.name),
        reason: .outOfRange(value: "\(range)", allowed: "its rows 0..<\(rowCount)"))
    }
    let width = tensor.elementCount / max(1, rowCount)
    guard case .interleavedPairs = entry.order else {
      return try tensor.elements(range.lowerBound * width..<range.upperBound * width, of: entry.file)
    }
    var values: [Float] = []
    values.reserveCapacity(range.count * width)
    for row in range {
      let stored = entry.order.storedRow(row)
      values += try tensor.elements(stored * width..<(stored + 1) * width, of: entry.file)
    }
    return values
  }
}

/// Named tensors of one or several files, before roles are given to them.
struct NamedTensors {
  let source: String
  private var entries: [String: TensorTable.Entry] = [:]
  /// In the order they were added, so that messages do not depend on hashing.
  private(set) var names: [String] = []

  init(source: String) {
    self.source = source
  }

  mutating func add(_ tensors: [StoredTensor], of file: MappedFile) throws(CheckpointError) {
    for tensor in tensors {
      guard entries.updateValue(.init(file: file, tensor: tensor), forKey: tensor.name) == nil else {
        throw CheckpointError(file: file.path, place: .tensor(tensor.name), reason: .duplicate)
      }
      names.append(tensor.name)
    }
  }

  subscript(name: String) -> TensorTable.Entry? { entries[name] }

  /// Decides whether the head is the embedding: when there is none, or when both have the same bytes.
  /// - Parameter isDeclared: what the file says; `nil` where it says nothing.
  /// - Throws: `CheckpointError` when the head is declared tied and differs, or declared and absent.
  func isHeadTied(embedding: String, head: String, isDeclared: Bool?) throws(CheckpointError) -> Bool {
    guard let headEntry = entries[head] else {
      guard isDeclared != false else {
        throw CheckpointError(file: source, place: .tensor(head), reason: .missing)
      }
      return true
    }
    guard let embeddingEntry = entries[embedding] else { return false }
    let isSame = headEntry.hasSameContent(as: embeddingEntry)
    guard isSame || isDeclared != true else {
      throw CheckpointError(
        file: headEntry.file.path, place: .tensor(head),
        reason: .contradiction("differs from the embedding, to which the configuration ties it"))
    }
    return isSame
  }

  /// Gives every role of the configuration its tensor.
  /// - Parameter isHarmless: names that may be present besides.
  /// - Throws: `CheckpointError` for a missing tensor, a wrong shape, or a tensor that has no role.
  func table(
    for configuration: DecoderConfiguration, name: (TensorRole) -> String, isHarmless: (String) -> Bool,
    rotatedOrder: TensorTable.RowOrder = .asStored
  ) throws(CheckpointError) -> TensorTable {
    var table = TensorTable(source: source)
    var used: Set<String> = configuration.isHeadTied ? [name(.head)] : []
    for role in configuration.tensorRoles {
      let roleName = name(role)
      guard var entry = entries[roleName] else {
        throw CheckpointError(file: source, place: .tensor(roleName), reason: .missing)
      }
      if case .layer(_, let tensor) = role, tensor.isRotated { entry.order = rotatedOrder }
      try table.add(entry, as: role, shape: configuration.shape(of: role))
      used.insert(roleName)
    }
    for extra in names where !used.contains(extra) && !isHarmless(extra) {
      throw CheckpointError(
        file: entries[extra]?.file.path ?? source, place: .tensor(extra), reason: .unexpectedTensor)
    }
    return table
  }
}
