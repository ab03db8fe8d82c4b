import Glibc

/// Files that hold secrets: readable by their owner alone, and either absent or complete.
package enum PrivateFile {
  /// Creates a file with mode 0600 that must not exist yet: written and flushed under another name, then linked into
  /// place.
  /// - Returns: `false` when the file existed already; it is left as it was.
  /// - Throws: `HomeError.unusable` naming the path and the system's reason.
  package static func create(_ bytes: [UInt8], at path: String) throws(HomeError) -> Bool {
    let draft = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
    try write(bytes, toNew: draft)
    defer { unlink(draft) }
    guard link(draft, path) == 0 else {
      if errno == EEXIST { return false }
      throw HomeError.unusable(path: path, reason: systemReason())
    }
    flushFolder(of: path)
    return true
  }

  /// Writes a file whether it exists or not; readers see the old bytes or the new ones, never a mixture.
  package static func replace(_ bytes: [UInt8], at path: String) throws(HomeError) {
    let draft = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
    try write(bytes, toNew: draft)
    guard rename(draft, path) == 0 else {
      let reason = systemReason()
      unlink(draft)
      throw HomeError.unusable(path: path, reason: reason)
    }
    flushFolder(of: path)
  }

  /// Removes a file; a symbolic link itself, never what it leads to.
  /// - Returns: `false` when there is none.
  package static func remove(_ path: String) throws(HomeError) -> Bool {
    guard unlink(path) == 0 else {
      if errno == ENOENT { return false }
      throw HomeError.unusable(path: path, reason: systemReason())
    }
    flushFolder(of: path)
    return true
  }

  /// Reads a whole file of at most `limit` bytes.
  /// - Parameter followsLinks: `false` refuses a symbolic link, which could lead to a file that somebody else chose.
  /// - Returns: `nil` when there is none.
  /// - Throws: `HomeError.readableByOthers` when the mode lets anyone but the owner read it.
  package static func read(
    _ path: String, limit: Int = 1 << 16, followsLinks: Bool = true
  ) throws(HomeError) -> [UInt8]? {
    // Not blocking: opening a pipe that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      let reason = errno == ELOOP && !followsLinks ? "it is a symbolic link" : systemReason()
      throw HomeError.unusable(path: path, reason: reason)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw HomeError.unusable(path: path, reason: systemReason()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw HomeError.unusable(path: path, reason: "not a file") }
    guard status.st_mode & 0o077 == 0 else { throw HomeError.readableByOthers(path: path) }
    guard followsLinks || status.st_uid == geteuid() else { throw HomeError.unusable(path: path, reason: "not yours") }
    guard status.st_size <= limit else { throw HomeError.malformed(path: path, what: "longer than \(limit) bytes") }
    return try readAll(descriptor, count: Int(status.st_size), path: path)
  }

  /// Creates a folder with mode 0700, and those above it; a folder that exists is fine.
  package static func makeFolder(_ path: String) throws(HomeError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      guard mkdir(made, 0o700) == 0 || errno == EEXIST else {
        throw HomeError.unusable(path: made, reason: systemReason())
      }
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw HomeError.unusable(path: path, reason: systemReason()) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw HomeError.unusable(path: path, reason: "not a folder") }
  }

  private static func write(_ bytes: [UInt8], toNew path: String) throws(HomeError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw HomeError.unusable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    guard writeAll(bytes, to: descriptor), retrying({ Int(fsync(descriptor)) }) == 0 else {
      let reason = systemReason()
      unlink(path)
      throw HomeError.unusable(path: path, reason: reason)
    }
  }

  /// - Returns: `false` when the system refused; `errno` says why.
  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { bytes in
        retrying { Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Calls the system again as long as a signal comes in between.
  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  private static func readAll(_ descriptor: Int32, count: Int, path: String) throws(HomeError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { bytes in
        retrying { Glibc.read(descriptor, bytes.baseAddress?.advanced(by: filled), count - filled) }
      }
      guard got > 0 else { throw HomeError.malformed(path: path, what: "it ended early") }
      filled += got
    }
    return bytes
  }

  /// Makes the new name durable; a file system that cannot do so is left to its own guarantees.
  private static func flushFolder(of path: String) {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    let descriptor = open(path.hasPrefix("/") ? "/\(folder)" : "./\(folder)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Makes a file its owner's alone before others put anything in it: created with mode 0600 when absent, given that
  /// mode otherwise. What cannot be done here is for whoever opens the file to say.
  package static func reserve(_ path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
      return
    }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    chmod(path, 0o600)
  }

  /// The system's words for the last error.
  package static func systemReason() -> String { String(cString: strerror(errno)) }
}
