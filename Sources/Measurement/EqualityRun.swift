import Hashing
import Kernels
import Program
import Runtime

/// One fixed computation of a program, so that machines, kernels and thread counts can be compared by one root.
///
/// The input is drawn by the root's hash: 48 tokens and 16 chosen after them, 48 tokens to embed, or one input of a
/// network; fewer where the context is shorter. Every cell of the computation and everything it gives is under the root.
package struct EqualityRun: Sendable {
  private enum Subject {
    case decoder(Model)
    case encoder(Model)
    case network(NetworkModel)
  }

  private let subject: Subject

  /// - Throws: `RuntimeError` for a program that cannot be run.
  package init(_ loaded: LoadedProgram) throws {
    switch loaded.program.structure {
    case .network: subject = .network(try NetworkModel(loaded))
    case .transformer(let graph):
      let model = try Model(loaded)
      subject = graph.isBidirectional ? .encoder(model) : .decoder(model)
    }
  }

  /// The root, computed with one tier of kernels and so many threads.
  /// - Throws: `KernelError.unavailableTier`.
  package func root(tier: KernelTier, threadCount: Int) throws -> Digest {
    try Kernels.withTier(tier) { try root(Parallel(threadCount: threadCount)) }
  }

  /// The root, computed with the kernels that this thread uses.
  package func root(_ parallel: Parallel) throws -> Digest {
    let options = TraceBuilder.Options(salt: .zero)
    switch subject {
    case .decoder(let model):
      let tokens = Self.tokens(model, most: max(1, model.graph.contextLength - 16))
      var generation = try Generation(
        GenerationRequest(
          prompt: tokens, parameters: Self.greedy, maximumTokens: 16, stopTokens: []), model: model, trace: options,
        parallel: parallel)
      var last: GeneratedToken?
      while let token = try generation.next() { last = token }
      return taggedHash("razao/equal/1", (last?.traceRoot ?? .zero).bytes, (last?.chain ?? .zero).bytes)
    case .encoder(let model):
      let tokens = Self.tokens(model, most: model.graph.contextLength)
      let encoding = try Encoding(tokens, model: model, trace: options, parallel: parallel)
      var writer = ByteWriter()
      writer.write(encoding.vector)
      return taggedHash("razao/equal/1", encoding.traceRoot.bytes, writer.bytes)
    case .network(let model):
      let run = try NetworkRun(Self.input(model), model: model, trace: options, parallel: parallel)
      return taggedHash("razao/equal/1", run.traceRoot.bytes, run.answer.text)
    }
  }

  private static var greedy: SamplerParameters {
    var parameters = SamplerParameters()
    parameters.temperature = 0
    return parameters
  }

  private static func draw(_ index: Int) -> UInt32 {
    var writer = ByteWriter()
    writer.write(UInt32(index))
    let bytes = taggedHash("razao/equal/draw/1", writer.bytes).bytes
    return (0..<4).reduce(0) { $0 | UInt32(bytes[$1]) << UInt32(8 * $1) }
  }

  private static func tokens(_ model: Model, most: Int) -> [UInt32] {
    (0..<min(48, most)).map { draw($0) % UInt32(model.graph.vocabularyCount) }
  }

  private static func input(_ model: NetworkModel) -> NetworkInput {
    switch model.network.input {
    case .picture:
      let shape = model.tensors[0].shape
      return .picture(shape: shape, bytes: (0..<shape.count).map { UInt8(truncatingIfNeeded: draw($0)) })
    case .nucleotides(let format):
      return .sequence((0..<format.length).map { NucleotideFormat.letters[Int(draw($0) % 4)] })
    }
  }
}
