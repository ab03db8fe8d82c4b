import Hashing
import StrictJSON

/// What must be known of a program's file before it can be fetched in pieces: how long it is, and the Merkle root over its
/// chunks.
///
/// The program root names what a program computes; the file root names the bytes of its file, so that each chunk can be
/// verified alone. A manifest that came from a peer is a claim: the finished file's own program root decides.
package struct ProgramManifest: Hashable, Sendable {
  /// Bytes of every chunk but the last.
  package static let chunkSize = 1 << 20
  /// Longest file that is fetched: 4 TiB.
  package static let byteLimit = 1 << 42

  /// Root of the program that the file is said to hold.
  package let program: Digest
  /// Bytes of the file; 1…`byteLimit`.
  package let byteCount: Int
  /// `M` over the leaves of the file's chunks (SPEC.md, section 1).
  package let fileRoot: Digest

  /// - Returns: `nil` unless `byteCount` is 1…`byteLimit`.
  package init?(program: Digest, byteCount: Int, fileRoot: Digest) {
    guard (1...Self.byteLimit).contains(byteCount) else { return nil }
    self.program = program
    self.byteCount = byteCount
    self.fileRoot = fileRoot
  }

  /// Chunks of the file, 1 or more.
  package var chunkCount: Int { (byteCount + Self.chunkSize - 1) / Self.chunkSize }

  /// Where a chunk lies in the file.
  /// - Precondition: `index` is 0..<`chunkCount`.
  package func range(ofChunk index: Int) -> Range<Int> {
    precondition((0..<chunkCount).contains(index))
    return index * Self.chunkSize..<min(byteCount, (index + 1) * Self.chunkSize)
  }

  /// `{"program","byte_count","chunk_size","file_root"}`.
  package var json: JSON {
    [
      "program": .string(program.hex), "byte_count": JSON(byteCount), "chunk_size": JSON(Self.chunkSize),
      "file_root": .string(fileRoot.hex),
    ]
  }

  /// Reads what a peer states of a program; unknown members are skipped.
  /// - Throws: `ProgramPeerError.wrong` when it is malformed, of another program, or in chunks of another size.
  package init(json: JSON, program expected: Digest) throws(ProgramPeerError) {
    guard let stated = json["program"]?.string.flatMap({ Digest(hex: $0) }),
      let count = json["byte_count"]?.integer, let size = json["chunk_size"]?.integer,
      let root = json["file_root"]?.string.flatMap({ Digest(hex: $0) })
    else { throw .wrong("a manifest that cannot be read") }
    guard stated == expected else { throw .wrong("a manifest of another program") }
    guard size == Self.chunkSize else { throw .wrong("a manifest with chunks of \(size) bytes") }
    guard let manifest = Self(program: stated, byteCount: count, fileRoot: root) else {
      throw .wrong("a manifest of \(count) bytes")
    }
    self = manifest
  }
}
