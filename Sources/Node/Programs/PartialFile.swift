import Glibc
import Hashing
import Synchronization

/// What the system does for a fetch; a value, so that tests can fill the disk.
package struct DiskCalls: Sendable {
  /// Sets so many bytes of a file aside; 0 or the error's number.
  package var reserve: @Sendable (_ descriptor: Int32, _ byteCount: Int) -> Int32
  /// As `pwrite`.
  package var write: @Sendable (Int32, UnsafeRawBufferPointer, _ offset: Int) -> Int

  package init(
    reserve: @escaping @Sendable (Int32, Int) -> Int32,
    write: @escaping @Sendable (Int32, UnsafeRawBufferPointer, Int) -> Int
  ) {
    self.reserve = reserve
    self.write = write
  }

  /// The system itself. A file system that cannot set bytes aside is written to all the same.
  package static let system = DiskCalls(
    reserve: { descriptor, count in
      let code = posix_fallocate(descriptor, 0, count)
      return code == EOPNOTSUPP || code == EINVAL ? 0 : code
    },
    write: { pwrite($0, $1.baseAddress, $1.count, $2) })
}

/// A program's file while it is fetched: `TARGET.partial`, and beside it `TARGET.partial.chunks` with the leaf of each
/// chunk that was verified and written.
///
/// A fetch that was cut off goes on from both: a chunk counts as there when it still hashes to its leaf, so a file that was
/// damaged meanwhile loses those chunks and no others. That the leaves themselves belong to the file's root is checked
/// again at the end, over all of them. One process at a time has the file.
final class PartialFile: Sendable {
  let manifest: ProgramManifest
  let path: String
  private let data: Int32
  private let journal: Int32
  private let disk: DiskCalls
  private let leaves: Mutex<[Digest]>

  private static let magic = Array("RAZAOPF1".utf8)

  /// Opens what an earlier fetch of the same file left, or begins anew with all of its bytes set aside.
  /// - Throws: `FetchError.inUse`, `.diskFull`, `.file`.
  init(target: String, manifest: ProgramManifest, disk: DiskCalls) throws(FetchError) {
    self.manifest = manifest
    self.disk = disk
    path = Self.path(target)
    let data = try Self.open(path)
    do throws(FetchError) {
      guard flock(data, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(path: path) }
      journal = try Self.open(Self.journalPath(target))
    } catch {
      close(data)
      throw error
    }
    self.data = data
    leaves = Mutex(Array(repeating: .zero, count: manifest.chunkCount))
    guard try !adopt() else { return }
    try begin()
  }

  deinit {
    close(data)
    close(journal)
  }

  static func path(_ target: String) -> String { target + ".partial" }
  static func journalPath(_ target: String) -> String { path(target) + ".chunks" }

  /// What an earlier fetch was fetching.
  static func manifest(besides target: String) -> ProgramManifest? {
    let descriptor = Glibc.open(journalPath(target), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let header = read(descriptor, count: headerCount, at: 0) else { return nil }
    var reader = ByteReader(header)
    guard (try? reader.readBytes(8)) == magic, let program = try? reader.readDigest(),
      let count = try? Int(exactly: reader.read(UInt64.self)), let root = try? reader.readDigest()
    else { return nil }
    return ProgramManifest(program: program, byteCount: count, fileRoot: root)
  }

  /// Forgets what an earlier fetch left.
  static func remove(besides target: String) {
    unlink(path(target))
    unlink(journalPath(target))
  }

  /// Chunks that an earlier fetch left whole; what does not hash to its leaf any more is forgotten.
  /// - Complexity: one pass over the chunks that are there.
  func verifyChunks(progress: (Int) -> Void = { _ in }) -> Set<Int> {
    var present: Set<Int> = []
    for index in 0..<manifest.chunkCount {
      let leaf = leaves.withLock { $0[index] }
      guard leaf != .zero else { continue }
      let range = manifest.range(ofChunk: index)
      if let bytes = Self.read(data, count: range.count, at: range.lowerBound), Merkle.leaf(bytes) == leaf {
        present.insert(index)
        progress(range.count)
      } else {
        leaves.withLock { $0[index] = .zero }
      }
    }
    return present
  }

  /// Writes a verified chunk, and then its leaf.
  /// - Throws: `FetchError.diskFull`, `.file`.
  func store(_ chunk: ProgramChunk, leaf: Digest, at index: Int) throws(FetchError) {
    try write(chunk.bytes, to: data, at: manifest.range(ofChunk: index).lowerBound)
    try write(leaf.bytes, to: journal, at: Self.headerCount + 32 * index)
    leaves.withLock { $0[index] = leaf }
  }

  /// Whether all leaves together are the file's.
  var isWhole: Bool { leaves.withLock { Merkle.root(of: $0) } == manifest.fileRoot }

  /// Forgets chunks; they have to be fetched again.
  func forget(_ chunks: Set<Int>) {
    leaves.withLock { leaves in
      for index in chunks { leaves[index] = .zero }
    }
  }

  /// Puts the file in its place under its own name, durably.
  func finish(target: String) throws(FetchError) {
    guard fsync(data) == 0, rename(path, target) == 0 else { throw Self.failure(path) }
    unlink(path + ".chunks")
  }

  private static let headerCount = 8 + 32 + 8 + 32

  private var header: [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    writer.write(manifest.program)
    writer.write(UInt64(manifest.byteCount))
    writer.write(manifest.fileRoot)
    return writer.bytes
  }

  /// Takes over an earlier fetch of the same file.
  /// - Returns: `false` when there is none.
  private func adopt() throws(FetchError) -> Bool {
    var status = stat()
    guard fstat(data, &status) == 0 else { throw Self.failure(path) }
    guard Int(status.st_size) == manifest.byteCount,
      Self.read(journal, count: Self.headerCount, at: 0) == header,
      let slots = Self.read(journal, count: 32 * manifest.chunkCount, at: Self.headerCount)
    else { return false }
    leaves.withLock { leaves in
      for index in leaves.indices { leaves[index] = Digest(slots[32 * index..<32 * (index + 1)]) ?? .zero }
    }
    return true
  }

  /// An empty file of the right length, its bytes set aside; nothing is left of it when the disk has not so many.
  private func begin() throws(FetchError) {
    let journalCount = Self.headerCount + 32 * manifest.chunkCount
    do throws(FetchError) {
      guard ftruncate(data, 0) == 0, ftruncate(journal, 0) == 0 else { throw Self.failure(path) }
      try reserve(data, manifest.byteCount)
      try reserve(journal, journalCount)
      try write(header, to: journal, at: 0)
    } catch {
      unlink(path)
      unlink(path + ".chunks")
      throw error
    }
  }

  private func reserve(_ descriptor: Int32, _ count: Int) throws(FetchError) {
    let code = disk.reserve(descriptor, count)
    guard code == 0, ftruncate(descriptor, count) == 0 else {
      throw Self.failure(path, code == 0 ? errno : code, needed: manifest.byteCount)
    }
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) throws(FetchError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        disk.write(descriptor, UnsafeRawBufferPointer(rebasing: $0[done...]), offset + done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path, needed: manifest.byteCount) }
      done += count
    }
  }

  /// Exactly `count` bytes, or `nil`.
  private static func read(_ descriptor: Int32, count: Int, at offset: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress?.advanced(by: done), count - done, offset + done)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }

  private static func open(_ path: String) throws(FetchError) -> Int32 {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    return descriptor
  }

  private static func failure(_ path: String, _ code: Int32 = errno, needed: Int = 0) -> FetchError {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path, needed: needed)
    default: .file(path: path, reason: String(cString: strerror(code)))
    }
  }
}
