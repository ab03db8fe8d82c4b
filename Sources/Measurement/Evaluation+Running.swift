import Foundation
import Program
import Runtime

extension Evaluation {
  /// Runs a program over the reference's text.
  /// - Parameter progress: told the share done.
  /// - Throws: `RuntimeError` when the text does not fit the program.
  package init(
    of model: Model, against reference: EvaluationReference, parallel: Parallel = Parallel(),
    progress: ((Double) -> Void)? = nil
  ) throws {
    referenceNegativeLogLikelihood = reference.negativeLogLikelihood
    for (index, tokens) in reference.sequences.enumerated() {
      let sequence = TokenSequence(model, parallel: parallel)
      let floats = index < reference.logits.count ? reference.logits[index] : []
      try sequence.prefill(Array(tokens.dropLast()), logits: .all) { position, logits in
        let place = predictions
        count(logits, next: tokens[position + 1], best: reference.best[place], gap: reference.gaps[place])
        if position < floats.count { compare(logits, floats[position]) }
      }
      progress?(Double(index + 1) / Double(reference.sequences.count))
    }
  }

  private mutating func count(_ logits: [Int32], next: UInt32, best: UInt32, gap: Int) {
    predictions += 1
    let greatest = logits.max() ?? 0
    let sum = logits.reduce(0.0) { $0 + exp(Double($1 - greatest) / 65_536) }
    negativeLogLikelihood += log(sum) - Double(logits[Int(next)] - greatest) / 65_536
    let agrees = logits.firstIndex(of: greatest) == Int(best)
    agreements += agrees ? 1 : 0
    if gap > 100 {
      wideGaps += 1
      wideGapAgreements += agrees ? 1 : 0
    }
    if gap > 500 {
      widestGaps += 1
      widestGapAgreements += agrees ? 1 : 0
    }
  }

  /// Adds Σ p (log p − log q), p the float model's distribution and q the program's.
  private mutating func compare(_ logits: [Int32], _ floats: [Float]) {
    let p = Self.logSoftmax(floats.map { Double($0) })
    let q = Self.logSoftmax(logits.map { Double($0) / 65_536 })
    divergence += zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    divergencePositions += 1
  }

  private static func logSoftmax(_ logits: [Double]) -> [Double] {
    let greatest = logits.max() ?? 0
    let logSum = log(logits.reduce(0) { $0 + exp($1 - greatest) }) + greatest
    return logits.map { $0 - logSum }
  }
}
