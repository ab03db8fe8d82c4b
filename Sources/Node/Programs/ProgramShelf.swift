import Dispatch
import Hashing
import Program

/// The programs that a node hands out to whoever asks; each is hashed once, when it is first asked for.
package actor ProgramShelf {
  private let programs: [Digest: Program]
  private let stampDirectory: String?
  private var shared: [Digest: Task<SharedProgram, any Error>] = [:]

  /// - Parameters:
  ///   - programs: checked in full by the caller.
  ///   - stampDirectory: where what their files hash to is kept; `nil` to hash in every process.
  package init(_ programs: [Program], stampDirectory: String? = nil) {
    self.programs = Dictionary(programs.map { ($0.root, $0) }) { first, _ in first }
    self.stampDirectory = stampDirectory
  }

  /// A program ready to be handed out.
  /// - Returns: `nil` for a program that is not on the shelf.
  /// - Throws: `ProgramPeerError` when its file cannot be shared.
  package func program(_ root: Digest) async throws -> SharedProgram? {
    guard let program = programs[root] else { return nil }
    let task =
      shared[root]
      ?? Task { [stampDirectory] in
        try await offPool { try SharedProgram(program, stampDirectory: stampDirectory) }
      }
    shared[root] = task
    return try await task.value
  }
}

/// Runs what computes or reads files for long on a thread of its own, so that those which serve connections stay free.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result { try body() }) }
  }
}
