/// The greatest sizes that a graph may claim; checked before anything is allocated for them.
package enum GraphLimits {
  package static let vocabularyCount = 1 << 22
  package static let width = 1 << 18
  package static let layerCount = 1024
  package static let contextLength = 1 << 20
  package static let headCount = 1024
  package static let headSize = 1024
  package static let expertCount = 1024
  package static let temperatureCount = 4096
  package static let exponent = -120...120
  package static let outputFraction = 6...20
  package static let valueCap = -24...40
  package static let temperature: ClosedRange<UInt32> = 1 << 13...1 << 17
}

/// Refuses a structure unless a constraint holds.
func require(_ condition: Bool, _ place: Place, _ reason: @autoclosure () -> String) throws(ProgramError) {
  guard condition else { throw .illegal(place: place, reason: reason()) }
}

extension Matrix {
  /// Checks shape, layout, format and ranges.
  /// - Parameter isResidual: whether its outputs have the residual stream's fraction bits.
  func check(
    _ place: Place, rows: Int, columns: Int, isResidual: Bool = false, layout: Layout = .panels
  ) throws(ProgramError) {
    try require(
      self.rows == rows && self.columns == columns, place, "\(self.rows)×\(self.columns), not \(rows)×\(columns)")
    try require(rows <= GraphLimits.vocabularyCount, place, "more than \(GraphLimits.vocabularyCount) rows")
    try require(columns <= GraphLimits.width, place, "more than \(GraphLimits.width) columns")
    try require(self.layout == layout, place, "the wrong layout")
    try require(GraphLimits.exponent.contains(exponent), place, "an exponent out of range")
    let fractions = isResidual ? 16...16 : GraphLimits.outputFraction
    try require(fractions.contains(outputFraction), place, "\(outputFraction) fraction bits of output")
    try require(layout == .panels || format == .int8, place, "an embedding of int4 weights")
    try require(!(hasBias && layout == .rows), place, "an embedding with a bias")
    try require(layout == .panels || accumulatorWidth == 4, place, "an embedding with a wide accumulator")
    try require([4, 8].contains(accumulatorWidth), place, "an accumulator of \(accumulatorWidth) bytes")
  }
}

extension QuantizerSite {
  func check(_ place: Place, columns: Int) throws(ProgramError) {
    try require(block.nonzeroBitCount == 1 && block <= 128, place, "a Hadamard block of \(block)")
    try require(columns.isMultiple(of: block), place, "a Hadamard block that does not divide \(columns) columns")
    try require(mode != .blockShift || block >= 2, place, "block shift without blocks")
  }
}

extension InputNorm {
  func check(_ place: Place, count: Int) throws(ProgramError) {
    guard let norm = rowScale else { return }
    try require(norm.gains.count == count, place, "\(norm.gains.count) gains, not \(count)")
    try require(norm.gains.allSatisfy { $0 != 0 && $0 != -128 }, place, "a gain of 0 or −128")
  }
}

extension FormedNorm {
  /// - Parameter isResidual: whether its values become the residual stream.
  func check(_ place: Place, count: Int, isResidual: Bool = false) throws(ProgramError) {
    try require(gains.count == count, place, "\(gains.count) gains, not \(count)")
    try require(biases.isEmpty || biases.count == count, place, "\(biases.count) biases, not \(count)")
    try require(GraphLimits.exponent.contains(exponent), place, "an exponent out of range")
    let fractions = isResidual ? Graph.residualFraction...Graph.residualFraction : GraphLimits.outputFraction
    try require(fractions.contains(outputFraction), place, "fraction bits out of range")
    let limit = Int64(1) << 39
    try require(biases.allSatisfy { (-limit...limit).contains($0) }, place, "a bias out of range")
  }
}
