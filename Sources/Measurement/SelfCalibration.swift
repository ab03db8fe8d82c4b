import Hashing
import Import
import Program
import Runtime

/// Calibration on text that the program writes itself: no outside text, the same statistics on every machine
/// (docs/spec-import.md, "Calibration").
///
/// Each sequence starts with the program's start token (token 0 without one) and is drawn by the integer sampler at
/// temperature 1 from the seed H("razao/calibration/1", u32 sequence), until the length or the context is full; stop
/// tokens do not stop it. An encoder writes nothing: its texts are tokens drawn evenly from the vocabulary.
package struct SelfCalibration: Sendable {
  package var sequenceCount: Int
  /// Positions of a sequence, at most the context's.
  package var length: Int
  /// Keeps the operands of every matrix, which weights in format int4 are rounded for; the memory is two bytes for each
  /// operand and position.
  package var recordsOperands: Bool
  private let parallel: Parallel

  package init(
    sequenceCount: Int = 4, length: Int = 256, recordsOperands: Bool = false, parallel: Parallel = Parallel()
  ) {
    self.sequenceCount = sequenceCount
    self.length = length
    self.recordsOperands = recordsOperands
    self.parallel = parallel
  }

  /// What an import of options has in its record.
  package func statistics(of program: Program) throws -> CalibrationStatistics {
    let model = try Model(LoadedProgram(checking: program))
    let calibration = Runtime.Calibration(model)
    if recordsOperands { calibration.operands = OperandStatistics() }
    for index in 0..<sequenceCount {
      if model.graph.isBidirectional {
        try calibration.watch(evenTokens(index, model), through: model, parallel: parallel)
      } else {
        try run(index, model, calibration)
      }
    }
    let layers = calibration.layers.map { layer in
      CalibrationStatistics.LayerStatistics(
        valueMaximum: layer.greatestValue,
        keys: layer.keySums.indices.map { channel in
          CalibrationStatistics.KeyChannel(
            sum: layer.keySums[channel], minimum: layer.keyMinima[channel], maximum: layer.keyMaxima[channel])
        })
    }
    return CalibrationStatistics(
      layers: layers, positionCount: calibration.layers.first?.count ?? 0,
      operands: calibration.operands.map { RecordedOperands($0) } ?? RecordedOperands())
  }

  /// ⌊U·V / 2^64⌋ at each position, U the first 8 bytes of H("razao/calibration/1", u32 sequence ‖ u32 position).
  private func evenTokens(_ index: Int, _ model: Model) -> [UInt32] {
    (0..<min(length, model.graph.contextLength)).map { position in
      var writer = ByteWriter()
      writer.write(UInt32(index))
      writer.write(UInt32(position))
      let bytes = taggedHash("razao/calibration/1", writer.bytes).bytes
      let number = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return UInt32(number.multipliedFullWidth(by: UInt64(model.graph.vocabularyCount)).high)
    }
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

extension RecordedOperands {
  fileprivate init(_ statistics: OperandStatistics) {
    self.init(
      rows: statistics.rows.mapValues {
        OperandRows(columns: $0.columns, values: $0.values, mantissas: $0.mantissas, exponents: $0.exponents)
      }, keepers: statistics.keepers)
  }
}
