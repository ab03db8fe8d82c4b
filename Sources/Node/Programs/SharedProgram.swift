import FileMapping
import Hashing
import Program
import Wallet

/// A program's file, ready to be handed out chunk by chunk.
package struct SharedProgram: Sendable {
  package let manifest: ProgramManifest
  private let file: MappedFile
  private let tree: ChunkTree

  /// Hashes a program's file, or reads from a note of an earlier time what it hashed to.
  /// - Parameters:
  ///   - program: opened from the file that is handed out.
  ///   - stampDirectory: where the note is kept, beside the stamp of the program's check; `nil` to keep none.
  ///   - progress: told the share done of the hashing.
  /// - Throws: `ProgramPeerError.absent` for an empty or overlong file.
  /// - Complexity: one pass over the file, once for each state of it.
  package init(
    _ program: Program, stampDirectory: String? = nil, progress: ((Double) -> Void)? = nil
  ) throws(ProgramPeerError) {
    try self.init(program.file, root: program.root, stampDirectory: stampDirectory, progress: progress)
  }

  init(
    _ file: MappedFile, root: Digest, stampDirectory: String?, progress: ((Double) -> Void)? = nil
  ) throws(ProgramPeerError) {
    guard (1...ProgramManifest.byteLimit).contains(file.count) else {
      throw .absent("a file of \(file.count) bytes cannot be shared")
    }
    let note = ChunkNote(identity: file.identity, program: root)
    let place = stampDirectory.map { $0 + "/" + note.fileName(path: file.path) }
    var leaves = place.flatMap { note.leaves(at: $0) }
    if leaves == nil {
      leaves = Self.hash(file, progress)
      if let leaves, let place { note.record(leaves, at: place) }
    }
    let tree = ChunkTree(leaves ?? [])
    guard let manifest = ProgramManifest(program: root, byteCount: file.count, fileRoot: tree.root) else {
      throw .absent("a file of \(file.count) bytes cannot be shared")
    }
    (self.file, self.tree, self.manifest) = (file, tree, manifest)
  }

  /// A chunk and its path.
  /// - Returns: `nil` when there is no such chunk.
  /// - Throws: `ProgramPeerError.absent` when the file is no longer what it was: a wrong chunk is not sent.
  package func chunk(_ index: Int) throws(ProgramPeerError) -> ProgramChunk? {
    guard (0..<manifest.chunkCount).contains(index) else { return nil }
    let bytes = file.bytes(manifest.range(ofChunk: index))
    guard Merkle.leaf(bytes) == tree.leaves[index] else { throw .absent("the file is damaged here") }
    return ProgramChunk(bytes: bytes, path: tree.path(of: index))
  }

  private static func hash(_ file: MappedFile, _ progress: ((Double) -> Void)?) -> [Digest] {
    var leaves: [Digest] = []
    for start in stride(from: 0, to: file.count, by: ProgramManifest.chunkSize) {
      let end = min(file.count, start + ProgramManifest.chunkSize)
      leaves.append(
        file.withBytes { Merkle.leaf(UnsafeRawBufferPointer(rebasing: $0[start..<end])) })
      progress?(Double(end) / Double(file.count))
    }
    return leaves
  }
}

/// What one state of one file's chunks hashed to, kept beside the stamp of the program's check and trusted as much.
struct ChunkNote: Equatable {
  let identity: FileIdentity
  let program: Digest

  private static let magic = Array("RAZAOCN1".utf8)

  /// One name for each program and path.
  func fileName(path: String) -> String {
    "\(program.hex)-\(SHA256.hash(Array(path.utf8)).hex.prefix(16)).chunks"
  }

  /// Magic, identity, program root.
  private var header: [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    writer.write(identity.device)
    writer.write(identity.inode)
    writer.write(UInt64(identity.byteCount))
    writer.write(identity.modified)
    writer.write(identity.changed)
    writer.write(program)
    return writer.bytes
  }

  /// The leaves that lie at a path, if they are of exactly this state of the file.
  func leaves(at path: String) -> [Digest]? {
    guard let file = try? MappedFile(path: path) else { return nil }
    let count = (identity.byteCount + ProgramManifest.chunkSize - 1) / ProgramManifest.chunkSize
    let header = header
    guard file.count == header.count + 32 * (count + 1) else { return nil }
    let bytes = file.allBytes
    let body = bytes.dropLast(32)
    guard bytes.starts(with: header), SHA256.hash(body).bytes.elementsEqual(bytes.suffix(32)) else { return nil }
    return (0..<count).compactMap { Digest(bytes[(header.count + 32 * $0)...].prefix(32)) }
  }

  /// Writes the note, best effort: without it the next start hashes again.
  func record(_ leaves: [Digest], at path: String) {
    var bytes = header
    for leaf in leaves { bytes += leaf.bytes }
    bytes += SHA256.hash(bytes).bytes
    try? PrivateFile.replace(bytes, at: path)
  }
}
