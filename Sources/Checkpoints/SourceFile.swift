import FileMapping

/// A file that a checkpoint was read from.
package struct SourceFile: Sendable {
  /// The name within the folder of the model.
  package let name: String
  package let content: MappedFile

  package init(name: String, content: MappedFile) {
    self.name = name
    self.content = content
  }

  package init(_ content: MappedFile) {
    let name = content.path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
    self.init(name: name ?? content.path, content: content)
  }
}

extension MappedFile {
  /// Maps a file of a checkpoint.
  /// - Throws: `CheckpointError` with the path and the system's reason.
  package static func open(_ path: String) throws(CheckpointError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      throw CheckpointError(file: path, reason: .unreadable(error.reason))
    }
  }
}
