import Hashing
import Import
import Program
import Runtime

/// Calibration on text that the program writes itself: no outside text, the same statistics on every machine
/// (docs/spec-import.md, "Calibration").
///
/// Each sequence starts with the program's start token (token 0 without one) and is drawn by the integer sampler at
/// temperature 1 from the seed H("razao/calibration/1", u32 sequence), until the length or the context is full; stop tokens
/// do not stop it.
package struct SelfCalibration: Sendable {
  package var sequenceCount: Int
  /// Positions of a sequence, at most the context's.
  package var length: Int
  private let parallel: Parallel

  package init(sequenceCount: Int = 4, length: Int = 256, parallel: Parallel = Parallel()) {
    self.sequenceCount = sequenceCount
    self.length = length
    self.parallel = parallel
  }

  /// What an import of options has in its record.
  package func statistics(of program: Program) throws -> CalibrationStatistics {
    let model = Model(try LoadedProgram(checking: program))
    let calibration = Runtime.Calibration(model)
    for index in 0..<sequenceCount { try run(index, model, calibration) }
    let layers = calibration.layers.map { layer in
      CalibrationStatistics.LayerStatistics(
        valueMaximum: layer.greatestValue,
        keys: layer.keySums.indices.map { channel in
          CalibrationStatistics.KeyChannel(
            sum: layer.keySums[channel], minimum: layer.keyMinima[channel], maximum: layer.keyMaxima[channel])
        })
    }
    return CalibrationStatistics(layers: layers, positionCount: calibration.layers.first?.count ?? 0)
  }

  private func run(_ index: Int, _ model: Model, _ calibration: Runtime.Calibration) throws {
    let sequence = TokenSequence(model, parallel: parallel)
    sequence.calibration = calibration
    let start = model.graph.startToken ?? 0
    var writer = ByteWriter()
    writer.write(UInt32(index))
    var sampler = Sampler(
      SamplerParameters(), seed: taggedHash("razao/calibration/1", writer.bytes), prompt: [start],
      vocabularyCount: model.graph.vocabularyCount)
    var token = start
    for _ in 0..<min(length, model.graph.contextLength) { token = sampler.next(try sequence.decode(token)) }
  }
}
