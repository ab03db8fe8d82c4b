import Glibc

/// A folder whose files are secrets: its owner's alone, and a folder itself rather than a link to one.
enum PrivateFolder {
  /// Entries beyond this are not looked at; no wallet has so many keys.
  private static let maximumEntries = 4_096

  /// Makes the folder with mode 0700, and those above it, unless it is there already; then it must pass `check`.
  static func make(_ path: String) throws(HomeError) {
    if try check(path) { return }
    try PrivateFile.makeFolder(path)
    _ = try check(path)
  }

  /// - Returns: `false` when there is nothing at the path.
  /// - Throws: `HomeError` for a link, another user's folder, or one that others can enter.
  static func check(_ path: String) throws(HomeError) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return false }
      throw HomeError.unusable(path: path, reason: PrivateFile.systemReason())
    }
    guard status.st_mode & S_IFMT != S_IFLNK else {
      throw HomeError.unusable(path: path, reason: "it is a symbolic link")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw HomeError.unusable(path: path, reason: "not a folder") }
    guard status.st_uid == geteuid() else { throw HomeError.unusable(path: path, reason: "not yours") }
    guard status.st_mode & 0o077 == 0 else {
      throw HomeError.unusable(path: path, reason: "others can enter it; run: chmod 700 \(path)")
    }
    return true
  }

  /// The names in the folder, in the system's order, without those that begin with a point.
  static func names(in path: String) throws(HomeError) -> [String] {
    guard let folder = opendir(path) else {
      throw HomeError.unusable(path: path, reason: PrivateFile.systemReason())
    }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < maximumEntries, let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
