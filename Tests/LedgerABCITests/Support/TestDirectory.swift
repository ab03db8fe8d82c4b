import Glibc

/// A new folder of short path (a unix socket's path has at most 107 bytes), removed when the value goes.
final class TestDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/razao-abci-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("no folder: errno \(errno)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    removeAll(path)
  }
}

/// Removes a folder with everything in it.
private func removeAll(_ path: String) {
  if let folder = opendir(path) {
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { removeAll("\(path)/\(name)") }
    }
    closedir(folder)
    rmdir(path)
  } else {
    unlink(path)
  }
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
