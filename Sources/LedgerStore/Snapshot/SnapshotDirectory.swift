import Glibc
import Hashing

/// Snapshots on disk, the newest few: a folder for each, named by its height, which appears complete or not at all.
package struct SnapshotDirectory: Sendable {
  package let path: String
  private let kept: Int

  /// - Parameter kept: how many snapshots stay when another is taken.
  package init(path: String, keeping kept: Int = 2) {
    self.path = path
    self.kept = kept
  }

  /// Cuts the committed state into chunks while blocks go on, and forgets the oldest snapshot over the number kept.
  /// - Throws: `StateSnapshotError.file`, `LedgerStoreError`.
  package func take(from store: LedgerStore) throws -> StateSnapshot? { try take(from: try store.freeze()) }

  /// The same of a state that was frozen before.
  package func take(from state: FrozenState) throws -> StateSnapshot? {
    try Self.makeFolder(path)
    let draft = "\(path)/draft-\(getpid())"
    Self.remove(draft)
    try Self.makeFolder(draft)
    defer { Self.remove(draft) }
    let snapshot = try state.snapshot { index, chunk throws(StateSnapshotError) in
      try Self.write(chunk, to: "\(draft)/\(index)")
    }
    guard let snapshot else { return nil }
    try Self.write(snapshot.encoded(), to: "\(draft)/metadata")
    let place = folder(snapshot.height)
    Self.remove(place)
    guard rename(draft, place) == 0 else { throw Self.failure(place) }
    for height in heights().dropFirst(kept) { Self.remove(folder(height)) }
    return snapshot
  }

  /// The snapshots that can be read, the newest first.
  package func list() -> [StateSnapshot] {
    heights().compactMap { height in
      guard let bytes = Self.read("\(folder(height))/metadata", limit: 1 << 20),
        let snapshot = try? StateSnapshot(decoding: bytes), snapshot.height == height
      else { return nil }
      return snapshot
    }
  }

  /// A chunk's bytes; nil when there is none.
  package func chunk(height: UInt64, format: UInt32, index: UInt32) -> [UInt8]? {
    guard format == StateSnapshot.format else { return nil }
    return Self.read("\(folder(height))/\(index)", limit: StateSnapshot.chunkLimit)
  }

  private func folder(_ height: UInt64) -> String { "\(path)/\(height)" }

  private func heights() -> [UInt64] {
    Self.names(in: path).compactMap { UInt64($0) }.sorted(by: >)
  }
}

extension SnapshotDirectory {
  private static func failure(_ path: String) -> StateSnapshotError {
    .file(path: path, reason: String(cString: strerror(errno)))
  }

  private static func makeFolder(_ path: String) throws(StateSnapshotError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
  }

  private static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  private static func remove(_ folder: String) {
    for name in names(in: folder) { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  /// Writes and flushes.
  private static func write(_ bytes: [UInt8], to path: String) throws(StateSnapshotError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, bytes.count - offset)
      }
      guard written > 0 else { throw failure(path) }
      offset += written
    }
    guard fsync(descriptor) == 0 else { throw failure(path) }
  }

  /// The whole file, unless it is longer than `limit`.
  private static func read(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size <= limit else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var offset = 0
    while offset < bytes.count {
      let left = bytes.count - offset
      let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + offset }, left) }
      guard count > 0 else { return nil }
      offset += count
    }
    return bytes
  }
}
