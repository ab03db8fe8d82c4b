import FileMapping
import Glibc
import Hashing

/// A note that one state of one file was found to be the program with a root.
///
/// It trusts the directory that it lies in as much as the program's own directory: whoever can write there can replace
/// the program too.
struct CheckStamp: Equatable {
  let identity: FileIdentity
  let root: Digest

  private static let magic = Array("RAZAOST1".utf8)
  /// Raised whenever the check becomes stricter, so that older stamps no longer count.
  private static let checkVersion: UInt32 = 1

  /// One name for each program and path.
  func fileName(path: String) -> String {
    "\(root.hex)-\(SHA256.hash(Array(path.utf8)).hex.prefix(16)).stamp"
  }

  /// Magic, version, identity, root, and a hash of all that against damage.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    writer.write(Self.checkVersion)
    writer.write(identity.device)
    writer.write(identity.inode)
    writer.write(UInt64(identity.byteCount))
    writer.write(identity.modified)
    writer.write(identity.changed)
    writer.write(root)
    writer.write(SHA256.hash(writer.bytes))
    return writer.bytes
  }

  /// Whether exactly this stamp lies at a path.
  func isRecorded(at path: String) -> Bool {
    let expected = encoded
    guard let file = try? MappedFile(path: path), file.count == expected.count else { return false }
    return file.allBytes == expected
  }

  /// Writes the stamp, best effort: without it the next start checks again.
  func record(at path: String) {
    let partial = path + ".\(getpid()).partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let bytes = encoded
    let written = write(descriptor, bytes, bytes.count)
    close(descriptor)
    if written != bytes.count || rename(partial, path) != 0 { unlink(partial) }
  }
}
