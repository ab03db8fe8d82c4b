import Hashing
import Program

/// A text that an encoder is to make a vector of.
package struct EncodingRequest: Sendable {
  package var tokens: [UInt32]
  /// Leading values that the vector keeps before it is scaled to unit length; `nil` for all.
  package var dimensions: Int?
  /// What to record of every position; `nil` for no trace.
  package var trace: TraceBuilder.Options?

  package init(_ tokens: [UInt32], dimensions: Int? = nil, trace: TraceBuilder.Options? = nil) {
    self.tokens = tokens
    self.dimensions = dimensions
    self.trace = trace
  }
}

/// A text's vector, of unit length, as an encoder gives it (SPEC.md, 3.14).
package struct Encoding: Equatable, Sendable {
  /// Fraction bits of a vector's values.
  package static let fraction = 24

  /// Half of the machine's memory, where it says how much it has.
  package static let defaultByteLimit = min(16 << 30, (ResidentWarning.physicalMemory ?? 32 << 30) / 2)

  /// Shape (dimensions,), `fraction` fraction bits.
  package let vector: [Int32]
  /// Root over all positions; zero without a trace.
  package let traceRoot: Digest
  /// Root of each position's cells.
  package let tokenRoots: [Digest]
  /// Cell hashes, position-major then layer; empty unless they were asked for.
  package let cells: [Digest]

  /// Encodes one text.
  /// - Throws: `RuntimeError` for a decoder, an empty or too long text, foreign tokens, illegal dimensions.
  /// - Complexity: one pass; memory for all positions of one layer.
  package init(
    _ tokens: [UInt32], model: Model, trace: TraceBuilder.Options? = nil, parallel: Parallel = Parallel(),
    dimensions: Int? = nil, byteLimit: Int = Encoding.defaultByteLimit
  ) throws(RuntimeError) {
    let request = EncodingRequest(tokens, dimensions: dimensions, trace: trace)
    self = try Encoding.batch([request], model: model, parallel: parallel, byteLimit: byteLimit)[0]
  }

  private init(_ vector: [Int32], _ trace: TraceBuilder?) {
    self.vector = vector
    traceRoot = trace?.root ?? .zero
    tokenRoots = trace?.tokenRoots ?? []
    cells = trace?.cells ?? []
  }

  /// Encodes texts, short ones together.
  /// - Parameters:
  ///   - rowLimit: most tokens that go through a layer together; a longer text goes alone.
  ///   - byteLimit: most bytes that the keys and values of one pass, and its rows, may take.
  /// - Returns: shape (requests,), each as it would be alone.
  /// - Throws: `RuntimeError` as for one text; nothing has been computed then.
  package static func batch(
    _ requests: [EncodingRequest], model: Model, parallel: Parallel = Parallel(), rowLimit: Int = 256,
    byteLimit: Int = Encoding.defaultByteLimit
  ) throws(RuntimeError) -> [Encoding] {
    for request in requests { try model.check(request, byteLimit: byteLimit) }
    let engine = BatchEngine(model, parallel: parallel, rowLimit: rowLimit)
    var encodings: [Encoding] = []
    var start = 0
    while start < requests.count {
      var (end, rows) = (start + 1, requests[start].tokens.count)
      while end < requests.count, rows + requests[end].tokens.count <= rowLimit {
        rows += requests[end].tokens.count
        end += 1
      }
      encodings += engine.encode(requests[start..<end])
      start = end
    }
    return encodings
  }
}

extension Encoding {
  fileprivate init(vector: [Int32], of sequence: SequenceState) {
    self.init(vector, sequence.trace)
  }
}

extension BatchEngine {
  fileprivate func encode(_ requests: ArraySlice<EncodingRequest>) -> [Encoding] {
    let texts = requests.map { request in
      (
        sequence: SequenceState(model, trace: request.trace), tokens: request.tokens,
        dimensions: request.dimensions ?? model.graph.hiddenSize
      )
    }
    var encodings: [Encoding] = []
    encode(texts) { encodings.append(Encoding(vector: $1, of: texts[$0].sequence)) }
    return encodings
  }
}

extension Model {
  fileprivate func check(_ request: EncodingRequest, byteLimit: Int) throws(RuntimeError) {
    guard graph.isBidirectional else { throw .notAnEncoder }
    guard !request.tokens.isEmpty else { throw .emptyPrompt }
    try check(request.tokens, after: 0)
    let dimensions = request.dimensions ?? graph.hiddenSize
    guard (1...graph.hiddenSize).contains(dimensions) else {
      throw .illegalDimensions(dimensions, limit: graph.hiddenSize)
    }
    let count = request.tokens.count
    let bytes = cacheByteCount(positions: count) + count * Workspace.rowByteCount(graph)
    guard bytes <= byteLimit else { throw .cacheTooLarge(bytes: bytes, limit: byteLimit) }
  }
}
