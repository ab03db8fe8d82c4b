/// What a render may use before it is stopped with a typed error.
///
/// Every limit counts something exact (never time), so the same template and context stop at the same
/// place on every machine.
package struct TemplateLimits: Equatable, Sendable {
  /// Evaluated nodes, plus one for every 32 bytes or 4 elements an operation reads.
  package var stepCount: Int
  /// Bytes of rendered text.
  package var outputByteCount: Int
  /// Bytes of all strings built while rendering, and 16 for each element of lists and dictionaries.
  package var memoryByteCount: Int
  /// Nested evaluations: expressions inside statements inside macros.
  package var depth: Int

  package init(
    stepCount: Int = 10_000_000, outputByteCount: Int = 16 << 20, memoryByteCount: Int = 256 << 20, depth: Int = 256
  ) {
    self.stepCount = stepCount
    self.outputByteCount = outputByteCount
    self.memoryByteCount = memoryByteCount
    self.depth = min(depth, Self.maximumDepth)
  }

  /// Deeper evaluation could exhaust the stack of a small thread.
  static let maximumDepth = 256
  /// Longest accepted template text.
  static let sourceByteCount = 1 << 20
  /// Deepest accepted nesting of syntax, counted over expressions and statements together.
  static let syntaxDepth = 96
  /// Deepest accepted nesting of values.
  static let valueDepth = 100
  /// Most elements in one range, as in the reference sandbox.
  static let rangeCount = 100_000
}
