import Dialects
import HTTPTypes
import Hashing
import Hummingbird
import NIOCore
import Synchronization

/// `GET /razao/v1/programs/{root}` and `…/chunks/{index}`: a node's programs for whoever asks.
package struct ProgramRoutes: Sendable {
  package static let folder = "/razao/v1/programs"
  /// Carries a chunk's path: hexadecimal digits, 64 a hash, from the leaf up; empty for a file of one chunk.
  package static let pathHeader = "razao-path"
  /// Longest path: a file has at most 2²² chunks.
  static let pathLimit = 22

  private let shelf: ProgramShelf
  private let slots: Slots

  /// - Parameter sendingLimit: chunks on their way at once; beyond it, 429.
  package init(_ shelf: ProgramShelf, sendingLimit: Int = 16) {
    self.shelf = shelf
    slots = Slots(limit: sendingLimit)
  }

  /// Adds both addresses to a node's router.
  package func add(to router: Router<NodeContext>) {
    router.get("\(Self.folder)/:root") { _, context in
      Response(try await program(context).manifest.json)
    }
    router.get("\(Self.folder)/:root/chunks/:index") { _, context in try await chunk(context) }
  }

  /// Reads a path from its header.
  /// - Returns: `nil` unless it is at most `pathLimit` hashes in hexadecimal.
  static func path(_ text: String) -> [Digest]? {
    guard text.utf8.count <= 64 * pathLimit, text.utf8.count.isMultiple(of: 64), let bytes = [UInt8](hex: text) else {
      return nil
    }
    return stride(from: 0, to: bytes.count, by: 32).compactMap { Digest(bytes[$0..<$0 + 32]) }
  }

  private func program(_ context: NodeContext) async throws -> SharedProgram {
    guard let root = context.parameters.get("root").flatMap({ Digest(hex: $0) }) else {
      throw RequestError(.invalidValue, "root", "A program root is 64 hexadecimal digits.")
    }
    do {
      guard let program = try await shelf.program(root) else {
        throw RequestError(.modelNotFound, "root", "This node does not have the program \(root.hex.prefix(16))….")
      }
      return program
    } catch let error as ProgramPeerError {
      throw RequestError(.internalError, nil, "This node cannot hand out the program: \(error).")
    }
  }

  private func chunk(_ context: NodeContext) async throws -> Response {
    let program = try await program(context)
    guard let index = context.parameters.get("index").flatMap({ Int($0) }), index >= 0 else {
      throw RequestError(.invalidValue, "index", "A chunk's index is a whole number.")
    }
    guard let slot = slots.take() else {
      throw RequestError(.tooManyRequests, nil, "Too many chunks are on their way; ask again in a moment.")
    }
    let chunk: ProgramChunk
    do {
      guard let found = try await offPool({ try program.chunk(index) }) else {
        throw RequestError(
          .modelNotFound, "index", "The program has the chunks 0…\(program.manifest.chunkCount - 1), not \(index).")
      }
      chunk = found
    } catch let error as ProgramPeerError {
      throw RequestError(.internalError, nil, "This node cannot hand out chunk \(index): \(error).")
    }
    return Self.response(chunk, slot)
  }

  /// The slot is held until the bytes are written.
  private static func response(_ chunk: ProgramChunk, _ slot: Slots.Slot) -> Response {
    let body = ResponseBody(contentLength: chunk.bytes.count) { output in
      defer { slot.release() }
      try await output.write(ByteBuffer(bytes: chunk.bytes))
      try await output.finish(nil)
    }
    var response = Response(status: .ok, headers: [.contentType: "application/octet-stream"], body: body)
    response.headers[.razaoPath] = chunk.path.map(\.hex).joined()
    return response
  }
}

/// So many things at once and no more.
final class Slots: Sendable {
  private let taken = Mutex(0)
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  /// One of the places; given back by `release`, or when nobody holds it any more.
  final class Slot: Sendable {
    private let slots: Slots
    private let isHeld = Mutex(true)

    fileprivate init(_ slots: Slots) {
      self.slots = slots
    }

    deinit { release() }

    func release() {
      let wasHeld = isHeld.withLock { held in
        defer { held = false }
        return held
      }
      if wasHeld { slots.taken.withLock { $0 -= 1 } }
    }
  }

  /// - Returns: `nil` when all places are taken.
  func take() -> Slot? {
    taken.withLock { taken in
      guard taken < limit else { return nil }
      taken += 1
      return Slot(self)
    }
  }
}

extension HTTPField.Name {
  /// The path of a chunk.
  static let razaoPath = HTTPField.Name(ProgramRoutes.pathHeader) ?? .ifMatch
}
