import Foundation
import Hashing
import Synchronization

@testable import Node

/// A file of a few chunks that stands for a program, and what its peers say of it.
struct FakeFile: Sendable {
  static let program = taggedHash("test/program", [7])
  /// Five chunks, the last one short.
  static let five = FakeFile(byteCount: 4 * ProgramManifest.chunkSize + 4_321, seed: 1)

  let bytes: [UInt8]
  let tree: ChunkTree
  let manifest: ProgramManifest

  init(byteCount: Int, seed: UInt64, program: Digest = Self.program) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var words: [UInt64] = []
    words.reserveCapacity(byteCount / 8 + 1)
    for _ in 0...byteCount / 8 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      words.append(state)
    }
    self.init(bytes: words.withUnsafeBytes { Array($0.prefix(byteCount)) }, program: program)
  }

  init(bytes: [UInt8], program: Digest = Self.program) {
    self.bytes = bytes
    let size = ProgramManifest.chunkSize
    tree = ChunkTree(
      stride(from: 0, to: bytes.count, by: size).map { Merkle.leaf(bytes[$0..<min(bytes.count, $0 + size)]) })
    manifest = ProgramManifest(program: program, byteCount: bytes.count, fileRoot: tree.root)!
  }

  func chunk(_ index: Int) -> ProgramChunk {
    ProgramChunk(bytes: Array(bytes[manifest.range(ofChunk: index)]), path: tree.path(of: index))
  }

  /// What a check of the finished file gives: the program's root for exactly these bytes.
  var check: @Sendable (String, (Double) -> Void) throws -> Digest {
    let expected = SHA256.hash(bytes)
    return { path, progress in
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      progress(1)
      return SHA256.hash(data) == expected ? Self.program : .zero
    }
  }
}

/// A peer that does what a test says.
final class FakePeer: ProgramPeer {
  let name: String
  private let file: FakeFile
  private let answer: @Sendable (Int, ProgramChunk) async throws -> ProgramChunk
  private let log = Mutex<[Int]>([])

  /// - Parameter answer: what it makes of a chunk that it is asked for.
  init(
    _ name: String, _ file: FakeFile = .five,
    answer: @escaping @Sendable (Int, ProgramChunk) async throws -> ProgramChunk = { $1 }
  ) {
    self.name = name
    self.file = file
    self.answer = answer
  }

  /// Chunks that were asked for, in order.
  var asked: [Int] { log.withLock { $0 } }

  func manifest(of program: Digest) async throws -> ProgramManifest {
    guard program == file.manifest.program else { throw ProgramPeerError.absent("another program") }
    return file.manifest
  }

  func chunk(_ index: Int, of manifest: ProgramManifest) async throws -> ProgramChunk {
    log.withLock { $0.append(index) }
    guard (0..<file.manifest.chunkCount).contains(index) else { throw ProgramPeerError.absent("no such chunk") }
    return try await answer(index, file.chunk(index))
  }
}

/// A folder to fetch to, and fetches into it.
struct Landing {
  let folder: TemporaryFolder
  let file: FakeFile

  init(_ file: FakeFile = .five) throws {
    folder = try TemporaryFolder()
    self.file = file
  }

  var target: String { folder.path + "/it.razao" }
  var partial: String { target + ".partial" }
  var journal: String { partial + ".chunks" }

  func fetcher(_ peers: [any ProgramPeer], known: ProgramManifest? = nil) -> ProgramFetcher {
    var fetcher = ProgramFetcher(program: FakeFile.program, peers: peers, known: known)
    fetcher.check = file.check
    fetcher.pause = { _ in }
    return fetcher
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Whether the whole file lies in its place and nothing beside it.
  var isLanded: Bool {
    guard let data = FileManager.default.contents(atPath: target) else { return false }
    return data == Data(file.bytes) && !exists(partial) && !exists(journal)
  }

  /// Changes one byte of a file in place.
  func flip(_ path: String, at offset: Int) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.seek(toOffset: UInt64(offset))
    let byte = try handle.read(upToCount: 1)?.first ?? 0
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: [byte ^ 1])
    try handle.close()
  }
}
