import Dialects
import Hashing
import Receipts

/// What a program answers with, and with that where it is asked.
package enum ProgramKind: String, Sendable, CaseIterable {
  case text
  case embedding
  case image
  case sequence

  /// Where requests for such a program go.
  package var endpoints: [Endpoint] {
    switch self {
    case .text: [.chat, .completions]
    case .embedding: [.embeddings]
    case .image: [.images]
    case .sequence: [.sequences]
    }
  }
}

/// A program that a provider can run.
package struct EngineProgram: Equatable, Sendable {
  package var root: Digest
  /// What clients call it.
  package var name: String
  package var kind: ProgramKind
  /// Longest prompt and answer together, in tokens.
  package var context: Int
  package var layers: UInt32
  package var arithmeticVersion: UInt32

  package init(
    root: Digest, name: String, kind: ProgramKind = .text, context: Int, layers: UInt32, arithmeticVersion: UInt32 = 1
  ) {
    self.root = root
    self.name = name
    self.kind = kind
    self.context = context
    self.layers = layers
    self.arithmeticVersion = arithmeticVersion
  }
}

/// One answer to compute: the request, its prompt, and what the requester's blinds and seed make of it.
package struct EngineJob: Sendable {
  package var request: InferenceRequest
  package var prompt: [UInt32]
  /// The sampler's seed.
  package var seed: Digest
  package var traceSalt: Digest
  /// What the salt is made of, besides the provider.
  package var traceBlind: Digest
  /// Whose cached prefixes the answer may begin with; `nil` for none.
  package var cacheKey: [UInt8]?
  /// The most cells whose hashes the answer brings back; none when there are more.
  package var cellLimit: Int

  package init(
    request: InferenceRequest, prompt: [UInt32], seed: Digest, traceSalt: Digest, traceBlind: Digest = .zero,
    cacheKey: [UInt8]? = nil, cellLimit: Int = TraceHashes.limit
  ) {
    self.request = request
    self.prompt = prompt
    self.seed = seed
    self.traceSalt = traceSalt
    self.traceBlind = traceBlind
    self.cacheKey = cacheKey
    self.cellLimit = cellLimit
  }
}

/// What an engine gives after each token.
package struct EngineStep: Equatable, Sendable {
  package var token: UInt32
  /// Text that may go out now: whole UTF-8 scalars that no stop string can take back; often empty.
  package var text: [UInt8]
  /// After every `Checkpoint.interval`-th token: the trace root over prompt + count − 1 positions.
  package var traceRoot: Digest?

  package init(token: UInt32, text: [UInt8], traceRoot: Digest? = nil) {
    self.token = token
    self.text = text
    self.traceRoot = traceRoot
  }
}

/// A whole answer, or what there is of it when it was cut short.
package struct EngineAnswer: Sendable {
  package var tokens: [UInt32]
  /// All of the text; what the steps gave is a prefix of it.
  package var text: [UInt8]
  /// `.aborted` when it was cut short.
  package var finish: FinishReason
  package var trace: TraceStatement
  /// Cell hashes, token-major, when there are at most `cellLimit`.
  package var cells: [Digest]?
  /// The cached prefix that it began with, and where that comes from.
  package var prefix: (statement: CachedPrefix, origin: PrefixOrigin)?
  /// Told of the answer's receipt when it is signed.
  package var onReceipt: (@Sendable (SignedReceipt) -> Void)?

  package init(tokens: [UInt32], text: [UInt8], finish: FinishReason, trace: TraceStatement, cells: [Digest]? = nil) {
    self.tokens = tokens
    self.text = text
    self.finish = finish
    self.trace = trace
    self.cells = cells
  }
}

/// What a provider needs of an engine: a pure computation; no signature, clock or socket.
package protocol AnswerEngine: Sendable {
  var program: EngineProgram { get }

  /// Renders and tokenises a request.
  /// - Throws: `RequestError` for a conversation that the template refuses, or a prompt that leaves no room.
  func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32]

  /// Computes an answer: a text at least one token long, or a value.
  ///
  /// When `onStep` throws, or the task is cancelled, the answer ends with `.aborted` and what there is so far; its last
  /// token is the last one whose step was given.
  /// - Throws: only when there is not one token.
  func answer(
    _ job: EngineJob, onStep: @Sendable (EngineStep) async throws -> Void
  ) async throws -> EngineAnswer
}
