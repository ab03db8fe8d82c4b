import Checkpoints
import FileMapping
import Hashing
import StrictJSON

/// One file that a program was made from.
struct SourceFileRecord: Equatable {
  let name: String
  let size: Int
  let hash: Digest

  /// - Complexity: one pass over the file.
  init(name: String, content: MappedFile) {
    self.name = name
    size = content.count
    var hasher = SHA256()
    content.withBytes { hasher.update($0.bindMemory(to: UInt8.self)) }
    hash = hasher.finalize()
  }

  init(_ file: SourceFile) {
    self.init(name: file.name, content: file.content)
  }

  /// A file that is not among the checkpoint's; its name is the last part of its path.
  init(_ file: MappedFile) {
    self.init(name: lastPathComponent(file.path), content: file)
  }

  var json: JSON { ["name": .string(name), "size": JSON(size), "sha256": .string(hash.hex)] }
}

/// The sources section: who made the program, from which files, with which options.
struct SourceRecord {
  /// Version of the rules in docs/spec-import.md.
  static let importerVersion = "1"

  let name: String
  let options: JSON
  let files: [SourceFileRecord]

  /// - Complexity: one pass over every file.
  func encoded() -> [UInt8] {
    let ordered = files.sorted { left, right in
      if left.name.utf8.elementsEqual(right.name.utf8) { return left.hash < right.hash }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    let record: JSON = [
      "importer": .string(Self.importerVersion), "name": .string(name), "options": options,
      "files": .array(ordered.map(\.json)),
    ]
    return record.encoded()
  }

  /// The name of a source without its folders and the ending of a known form.
  static func defaultName(ofPath path: String) -> String {
    let name = lastPathComponent(path)
    for ending in [".gguf", ".bin"] where name.utf8.count > ending.utf8.count {
      if name.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
        return String(decoding: name.utf8.dropLast(ending.utf8.count), as: UTF8.self)
      }
    }
    return name
  }
}

/// What follows the last slash that anything follows.
func lastPathComponent(_ path: String) -> String {
  path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? path
}
