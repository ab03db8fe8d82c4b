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

  /// One tensor in one file, or the part of it that a role has.
  struct Entry: Sendable {
    var file: MappedFile
    var tensor: StoredTensor
    var order: RowOrder = .asStored
    /// Where the part begins, in elements of the tensor.
    var start = 0
    /// Elements from one column to the next where the matrix is stored with shape (inputs, outputs); `nil` where its
    /// rows follow one another.
    var columnStride: Int?
    /// Of the part, from the outermost dimension to the innermost.
    var shape: [Int]

    init(file: MappedFile, tensor: StoredTensor) {
      self.file = file
      self.tensor = tensor
      shape = tensor.shape
    }

    /// True when both hold the same numbers in the same bytes.
    func hasSameContent(as other: Entry) -> Bool {
      tensor.elementType == other.tensor.elementType && tensor.shape == other.tensor.shape
        && file.hasSameBytes(tensor.byteRange, as: other.file, other.tensor.byteRange)
        && file.hasSameBytes(tensor.scaleRange, as: other.file, other.tensor.scaleRange)
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

  /// Adds a tensor, or a part of it, after comparing its shape.
  /// - Parameter shape: what the role has.
  mutating func add(
    _ entry: Entry, as role: TensorRole, at location: TensorLocation, shape: [Int]
  ) throws(CheckpointError) {
    guard entry.tensor.shape == location.storedShape else {
      throw CheckpointError(
        file: entry.file.path, place: .tensor(entry.tensor.name),
        reason: .shape(expected: location.storedShape, actual: entry.tensor.shape))
    }
    var entry = entry
    (entry.start, entry.columnStride, entry.shape) = (location.start, location.columnStride, shape)
    entries[role] = entry
  }

  /// Rows `range` of a matrix, or elements of a vector.
  func rows(_ role: TensorRole, _ range: Range<Int>) throws(CheckpointError) -> [Float] {
    let entry = try entry(role)
    let rowCount = entry.shape.first ?? 1
    guard range.lowerBound >= 0, range.upperBound <= rowCount else {
      throw CheckpointError(
        file: entry.file.path, place: .tensor(entry.tensor.name),
        reason: .outOfRange(value: "\(range)", allowed: "its rows 0..<\(rowCount)"))
    }
    guard case .interleavedPairs = entry.order else { return try entry.storedRows(range) }
    var values: [Float] = []
    values.reserveCapacity(range.count * entry.width)
    for row in range {
      let stored = entry.order.storedRow(row)
      values += try entry.storedRows(stored..<stored + 1)
    }
    return values
  }
}

extension TensorTable.Entry {
  /// Elements of a row.
  var width: Int { shape.dropFirst().reduce(1, *) }

  /// Rows in the order of the file, row-major.
  fileprivate func storedRows(_ range: Range<Int>) throws(CheckpointError) -> [Float] {
    let width = width
    guard let columnStride else {
      return try tensor.elements(start + range.lowerBound * width..<start + range.upperBound * width, of: file)
    }
    var values = [Float](repeating: 0, count: range.count * width)
    for column in 0..<width {
      let first = start + column * columnStride
      let elements = try tensor.elements(first + range.lowerBound..<first + range.upperBound, of: file)
      for (row, element) in elements.enumerated() { values[row * width + column] = element }
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

  mutating func remove(where isRemoved: (String) -> Bool) {
    for name in names where isRemoved(name) { entries[name] = nil }
    names.removeAll(where: isRemoved)
  }

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

  /// Gives every role of the configuration its tensor, or its part of one.
  /// - Parameter names: where each role lies, and which names may be present besides.
  /// - Throws: `CheckpointError` for a missing tensor, a wrong shape, or a tensor that has no role.
  func table(
    for configuration: TransformerConfiguration, names naming: some TensorNaming
  ) throws(CheckpointError) -> TensorTable {
    var table = TensorTable(source: source)
    var used: Set<String> = configuration.isHeadTied ? [naming.location(.head).name] : []
    for role in configuration.tensorRoles {
      let location = naming.location(role)
      guard var entry = entries[location.name] else {
        throw CheckpointError(file: source, place: .tensor(location.name), reason: .missing)
      }
      if case .layer(let layer, let tensor) = role, tensor.isRotated { entry.order = naming.rotatedOrder(layer: layer) }
      try table.add(entry, as: role, at: location, shape: configuration.shape(of: role))
      used.insert(location.name)
    }
    for extra in names where !used.contains(extra) && !naming.isHarmless(extra) {
      throw CheckpointError(
        file: entries[extra]?.file.path ?? source, place: .tensor(extra), reason: .unexpectedTensor)
    }
    return table
  }
}
