import Foundation
import Program
import Runtime
import StrictJSON

/// How close a program is to the float model that it was made from, on a fixed text.
///
/// Floating point here is measurement, after the fact: no bit of any answer depends on it.
package struct Evaluation: Equatable, Sendable {
  /// Tokens predicted.
  package var predictions = 0
  /// Sums of negative log-likelihoods, in nats.
  package var negativeLogLikelihood = 0.0
  package var referenceNegativeLogLikelihood = 0.0
  /// Positions where the most likely token is the float model's: all, and where its two best logits differ by more.
  package var agreements = 0
  package var wideGaps = 0
  package var wideGapAgreements = 0
  package var widestGaps = 0
  package var widestGapAgreements = 0
  /// Kullback–Leibler divergence from the float model, summed in nats, where the reference keeps whole logits.
  package var divergence = 0.0
  package var divergencePositions = 0

  /// Perplexity over the float model's.
  package var perplexityRatio: Double {
    exp((negativeLogLikelihood - referenceNegativeLogLikelihood) / Double(max(1, predictions)))
  }

  package var perplexity: Double { exp(negativeLogLikelihood / Double(max(1, predictions))) }

  package var json: JSON {
    func decimal(_ value: Double) -> JSON { .string(String(format: "%.6f", value)) }
    func share(_ part: Int, _ whole: Int) -> JSON { decimal(Double(part) / Double(max(1, whole))) }
    return [
      "predictions": JSON(predictions), "perplexity": decimal(perplexity), "perplexity_ratio": decimal(perplexityRatio),
      "kl_per_token": divergencePositions == 0 ? nil : decimal(divergence / Double(divergencePositions)),
      "kl_positions": JSON(divergencePositions), "top1_agreement": share(agreements, predictions),
      "top1_agreement_gap_over_0.1": share(wideGapAgreements, wideGaps),
      "top1_agreement_gap_over_0.5": share(widestGapAgreements, widestGaps),
    ]
  }
}

/// The text and the float model's figures that an evaluation compares with, as `Training/reference.py` writes them.
package struct EvaluationReference: Sendable {
  /// Token ids by sequence.
  package let sequences: [[UInt32]]
  /// Sum over all predicted tokens, in nats.
  package let negativeLogLikelihood: Double
  /// The float model's most likely token at each prediction, sequences one after another.
  package let best: [UInt32]
  /// Thousandths between its two best logits.
  package let gaps: [Int]
  /// Whole logits at the first positions of the first sequences, shape (sequences, positions, vocabulary); may be empty.
  package let logits: [[[Float]]]

  /// - Throws: `EvaluationError` for files of another shape.
  package init(tokens: [UInt8], reference: [UInt8], logits: [UInt8]?) throws {
    guard let lists = try JSON.parse(tokens)["sequences"]?.array else { throw EvaluationError("tokens: no sequences") }
    sequences = try lists.map { list in
      guard let ids = list.array?.compactMap({ $0.integer.flatMap { UInt32(exactly: $0) } }), ids.count > 1 else {
        throw EvaluationError("tokens: a sequence of fewer than two ids")
      }
      return ids
    }
    let json = try JSON.parse(reference)
    guard let sum = json["nll_sum"]?.double, let best = json["top1"]?.array, let gaps = json["gap_milli"]?.array else {
      throw EvaluationError("reference: nll_sum, top1 or gap_milli is missing")
    }
    negativeLogLikelihood = sum
    self.best = best.compactMap { $0.integer.flatMap { UInt32(exactly: $0) } }
    self.gaps = gaps.compactMap(\.integer)
    let predictions = sequences.reduce(0) { $0 + $1.count - 1 }
    guard self.best.count == predictions, self.gaps.count == predictions else {
      throw EvaluationError("reference: \(self.best.count) best tokens for \(predictions) predictions")
    }
    self.logits = try logits.map { try Float32Array(npy: $0).rows } ?? []
  }
}

/// Why files do not make an evaluation.
package struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// A three-dimensional little-endian binary32 array in NumPy's format, version 1.
struct Float32Array {
  let rows: [[[Float]]]

  init(npy bytes: [UInt8]) throws {
    guard bytes.count > 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw EvaluationError("logits: not a NumPy file")
    }
    let headerEnd = 10 + (Int(bytes[8]) | Int(bytes[9]) << 8)
    guard headerEnd <= bytes.count else { throw EvaluationError("logits: a header beyond the file") }
    let header = String(decoding: bytes[10..<headerEnd], as: UTF8.self)
    let digits = header.split(separator: "(").last?.split(separator: ")").first ?? ""
    let shape = digits.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard header.contains("'<f4'"), header.contains("'fortran_order': False"), shape.count == 3,
      shape.allSatisfy({ (1...1 << 20).contains($0) }), shape[0] * shape[1] * shape[2] * 4 == bytes.count - headerEnd
    else { throw EvaluationError("logits: not a three-dimensional float32 array in C order") }
    rows = (0..<shape[0]).map { first in
      (0..<shape[1]).map { second in
        (0..<shape[2]).map { third in
          let offset = headerEnd + 4 * ((first * shape[1] + second) * shape[2] + third)
          let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
          return Float(bitPattern: bits)
        }
      }
    }
  }
}
