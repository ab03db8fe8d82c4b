import Answering
import Dialects
import Hashing
import Pictures
import Program
import Runtime

/// A program whose answers are values: an encoder, or a network. Provider and auditor compute through this one type.
package enum ValueProgram: Sendable {
  case encoder(Model, PromptBuilder)
  case network(NetworkModel)

  /// - Returns: `nil` for a decoder, whose answers are texts.
  /// - Throws: `PromptBuilderError` when an encoder's tokenizer cannot be used.
  package init?(_ loaded: LoadedProgram) throws {
    switch loaded.program.structure {
    case .network: self = .network(try NetworkModel(loaded))
    case .transformer(let graph):
      guard graph.isBidirectional else { return nil }
      self = .encoder(try Model(loaded), try PromptBuilder(loaded.program))
    }
  }

  package var program: Program {
    switch self {
    case .encoder(let model, _): model.program
    case .network(let model): model.program
    }
  }

  /// Layers of a trace: an encoder's layers, a network's tensors.
  package var layers: Int {
    switch self {
    case .encoder(let model, _): model.graph.layers.count
    case .network(let model): model.tensors.count
    }
  }

  /// Most values of one input: tokens, bytes of a picture, letters.
  package var context: Int {
    switch self {
    case .encoder(let model, _): model.graph.contextLength
    case .network(let model): model.tensors.first?.shape.count ?? 0
    }
  }

  /// The input's values as a receipt commits to them (SPEC.md, section 8.2): tokens of all texts, bytes of a picture,
  /// letters as 0 to 3.
  /// - Throws: `RequestError` for an input that is not of this program's kind, size or vocabulary.
  package func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32] {
    switch self {
    case .encoder(let model, let prompts): try Self.texts(request, model, prompts).flatMap { $0 }
    case .network(let model): try Self.input(request, model).values
    }
  }

  /// Most tokens of all texts of one request, and most values of its vectors: an answer with its receipt fits what
  /// requesters take.
  package static let valueLimit = 1 << 20

  /// Computes an answer.
  /// - Parameter goesOn: asked between groups of texts; when it says no, the rest is not computed.
  /// - Returns: `nil` when it was told to stop.
  /// - Throws: `RequestError` as `prompt(for:)`, and for dimensions that the program does not have.
  package func answer(
    _ request: InferenceRequest, trace: TraceBuilder.Options, parallel: Parallel, goesOn: () -> Bool = { true }
  ) throws(RequestError) -> ValueAnswered? {
    switch self {
    case .encoder(let model, let prompts): try Self.encode(request, model, prompts, trace, parallel, goesOn)
    case .network(let model): goesOn() ? try Self.run(request, model, trace, parallel) : nil
    }
  }
}

/// A value with its trace.
package struct ValueAnswered: Equatable, Sendable {
  /// What a receipt commits to as the answer's text.
  package var value: [UInt8]
  package var traceRoot: Digest
  package var positions: Int
  /// Cell hashes, position-major; empty unless they were asked for.
  package var cells: [Digest]
}

extension ValueProgram {
  private static func texts(
    _ request: InferenceRequest, _ model: Model, _ prompts: PromptBuilder
  ) throws(RequestError) -> [[UInt32]] {
    guard case .embedding(let input) = request.input else { throw .otherKind(request, "makes vectors of texts") }
    let texts = try prompts.inputs(for: input)
    let values = texts.count * min(input.dimensions ?? .max, model.graph.hiddenSize)
    guard texts.reduce(0, { $0 + $1.count }) <= valueLimit, values <= valueLimit else {
      throw RequestError(
        .invalidValue, "input", "All texts together may have \(valueLimit) tokens, and their vectors as many values.")
    }
    return texts
  }

  /// Texts that go through the engine between two questions whether to go on.
  private static let groupSize = 16

  private static func encode(
    _ request: InferenceRequest, _ model: Model, _ prompts: PromptBuilder, _ trace: TraceBuilder.Options,
    _ parallel: Parallel, _ goesOn: () -> Bool
  ) throws(RequestError) -> ValueAnswered? {
    let texts = try texts(request, model, prompts)
    var dimensions: Int?
    if case .embedding(let input) = request.input { dimensions = input.dimensions }
    var answered = ValueAnswered(value: [], traceRoot: .zero, positions: 0, cells: [])
    var tokenRoots: [Digest] = []
    for start in stride(from: 0, to: texts.count, by: groupSize) {
      guard goesOn() else { return nil }
      let group = texts[start..<min(start + groupSize, texts.count)]
      let requests = group.map { EncodingRequest($0, dimensions: dimensions, trace: trace) }
      do throws(RuntimeError) {
        for encoding in try Encoding.batch(requests, model: model, parallel: parallel) {
          answered.value += encoding.vector.flatMap { $0.littleEndianBytes }
          answered.cells += encoding.cells
          tokenRoots += encoding.tokenRoots
        }
      } catch {
        throw RequestError(.invalidValue, Self.parameter(of: error), "The texts cannot be embedded: \(error).")
      }
    }
    answered.traceRoot = Merkle.root(of: tokenRoots)
    answered.positions = tokenRoots.count
    return answered
  }

  private static func parameter(of error: RuntimeError) -> String {
    if case .illegalDimensions = error { "dimensions" } else { "input" }
  }

  private static func run(
    _ request: InferenceRequest, _ model: NetworkModel, _ trace: TraceBuilder.Options, _ parallel: Parallel
  ) throws(RequestError) -> ValueAnswered {
    let (input, _, parameter) = try input(request, model)
    do throws(NetworkInputError) {
      let run = try NetworkRun(input, model: model, trace: trace, parallel: parallel)
      return ValueAnswered(value: run.answer.text, traceRoot: run.traceRoot, positions: 1, cells: run.cells)
    } catch {
      throw RequestError(.invalidValue, parameter, "`\(parameter)` does not fit: \(error).")
    }
  }

  /// The input as a network takes it, and as a receipt commits to it.
  private static func input(
    _ request: InferenceRequest, _ model: NetworkModel
  ) throws(RequestError) -> (input: NetworkInput, values: [UInt32], parameter: String) {
    switch (request.input, model.network.input) {
    case (.picture(let file), .picture(let format)):
      let input = try picture(file, format)
      try check(input, model, "image")
      guard case .picture(_, let bytes) = input else { return (input, [], "image") }
      return (input, bytes.map { UInt32($0) }, "image")
    case (.sequence(let letters), .nucleotides):
      try check(.sequence(letters), model, "sequence")
      let values = letters.map { UInt32(NucleotideFormat.letters.firstIndex(of: $0 & ~0x20) ?? 0) }
      return (.sequence(letters), values, "sequence")
    case (_, .picture): throw .otherKind(request, "classifies pictures")
    case (_, .nucleotides): throw .otherKind(request, "scores DNA sequences")
    }
  }

  private static func check(
    _ input: NetworkInput, _ model: NetworkModel, _ parameter: String
  ) throws(RequestError) {
    do throws(NetworkInputError) { _ = try model.network.input.values(of: input) } catch {
      throw RequestError(.invalidValue, parameter, "`\(parameter)` does not fit: \(error).")
    }
  }

  /// A file's pixels, plane after plane, gray or in colour as the network wants them. A picture of another size is
  /// refused before its pixels are decoded.
  private static func picture(_ file: [UInt8], _ format: PictureFormat) throws(RequestError) -> NetworkInput {
    let limits = PictureLimits(
      byteCount: RequestLimits.byteCount, side: max(format.width, format.height),
      pixelCount: format.width * format.height)
    let picture: Picture
    do throws(PictureError) {
      picture = try Picture(decoding: file, limits: limits).converted(toChannels: format.channels.count)
    } catch {
      throw RequestError(
        .invalidValue, "image",
        "The picture cannot be read as one of \(format.width)×\(format.height) pixels: \(error).")
    }
    return .picture(
      shape: TensorShape(channels: picture.channels, height: picture.height, width: picture.width),
      bytes: picture.planes)
  }
}

extension RequestError {
  fileprivate static func otherKind(_ request: InferenceRequest, _ what: String) -> RequestError {
    RequestError(
      .unsupportedValue, "model", "This program \(what); \(request.endpoint.path) needs a program of another kind.")
  }
}

extension Int32 {
  /// Two's complement, four bytes.
  fileprivate var littleEndianBytes: [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: self >> Int32(8 * $0)) }
  }
}
