import Glibc

/// Why a file could not be mapped: its path and the system's words.
package struct FileMappingError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path): \(reason)" }
}

/// A file mapped read-only into memory.
///
/// The map is private, but the pages are the file's: another process that shortens the file while it is
/// mapped makes the kernel send SIGBUS on access, which no check here can prevent. Model files must
/// not be rewritten in place while they are open (replacing them by `rename` is safe).
///
/// `@unchecked Sendable`: the stored properties are constants, the memory is never written after
/// `init`, and it is released only in `deinit`, when no reference is left on any thread.
package final class MappedFile: @unchecked Sendable {
  /// The path as given; for bytes in memory, the name they were given.
  package let path: String
  /// What tells one state of a file from another, for stamps of past checks.
  package let identity: FileIdentity
  @usableFromInline let memory: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Size in bytes.
  @inlinable package var count: Int { memory.count }

  /// Maps a regular file. An empty file is accepted and has no bytes.
  /// - Throws: `FileMappingError` with the path and the system's reason; directories and devices are refused.
  package init(path: String) throws(FileMappingError) {
    self.path = path
    guard !path.utf8.contains(0) else { throw Self.failure(path, EINVAL) }
    // O_NONBLOCK so that a named pipe is refused below instead of waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Self.failure(path, EISDIR)
    default: throw FileMappingError(path: path, reason: "Not a regular file")
    }
    identity = FileIdentity(status)
    let size = Int(status.st_size)
    isMapped = size > 0
    guard size > 0 else {
      memory = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw Self.failure(path, errno)
    }
    memory = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// What a path leads to, before anything is opened.
  package enum Kind: Sendable {
    case absent, directory, other
  }

  /// Follows symbolic links; anything that cannot be examined counts as absent, and opening it says why.
  package static func kind(ofPath path: String) -> Kind {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return .absent }
    return status.st_mode & S_IFMT == S_IFDIR ? .directory : .other
  }

  /// Bytes that are already in memory, as if they were the content of a file called `name`.
  package init(name: String, bytes: [UInt8]) {
    path = name
    isMapped = false
    identity = FileIdentity(device: 0, inode: 0, byteCount: bytes.count, modified: 0, changed: 0)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    copy.copyBytes(from: bytes)
    memory = UnsafeRawBufferPointer(copy)
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
    } else {
      memory.deallocate()
    }
  }

  /// Lends all bytes; the pointer must not leave the closure.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(memory)
  }

  /// A copy of some bytes.
  /// - Precondition: `range` lies within `0..<count`.
  package func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return Array(memory[range])
  }

  /// All bytes, copied.
  package var allBytes: [UInt8] { bytes(0..<count) }

  /// One little-endian integer, at any alignment.
  /// - Precondition: it lies within the file.
  @inlinable
  package func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
    precondition(offset >= 0 && offset <= count - MemoryLayout<Value>.size)
    return Value(littleEndian: memory.loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// Consecutive little-endian integers, at any alignment.
  /// - Precondition: they lie within the file.
  @inlinable
  package func integers<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, count elementCount: Int, as type: Value.Type
  ) -> [Value] {
    let size = MemoryLayout<Value>.size
    precondition(offset >= 0 && elementCount >= 0 && elementCount <= (count - offset) / size)
    return Array(unsafeUninitializedCapacity: elementCount) { buffer, initializedCount in
      for index in 0..<elementCount {
        let value = memory.loadUnaligned(fromByteOffset: offset + index * size, as: type)
        buffer.initializeElement(at: index, to: Value(littleEndian: value))
      }
      initializedCount = elementCount
    }
  }

  /// True when two stretches of bytes are equal.
  /// - Precondition: both lie within their files.
  package func hasSameBytes(_ range: Range<Int>, as other: MappedFile, _ otherRange: Range<Int>) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    precondition(otherRange.lowerBound >= 0 && otherRange.upperBound <= other.count)
    return memory[range].elementsEqual(other.memory[otherRange])
  }

  private static func failure(_ path: String, _ code: Int32) -> FileMappingError {
    var text = [CChar](repeating: 0, count: 256)
    let isKnown = strerror_r(code, &text, text.count - 1) == 0
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return FileMappingError(path: path, reason: isKnown ? String(decoding: bytes, as: UTF8.self) : "error \(code)")
  }
}

/// Device, inode, size and times of a file's last changes: equal as long as nobody touched it. The time of change cannot be set
/// back by whoever may write the file.
package struct FileIdentity: Equatable, Sendable {
  package let device: UInt64
  package let inode: UInt64
  package let byteCount: Int
  /// Last change of the content, nanoseconds since 1970.
  package let modified: Int64
  /// Last change of content or attributes, nanoseconds since 1970.
  package let changed: Int64

  package init(device: UInt64, inode: UInt64, byteCount: Int, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.byteCount = byteCount
    self.modified = modified
    self.changed = changed
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    byteCount = Int(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
