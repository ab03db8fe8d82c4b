/// Answers, for two neighbouring symbols, whether they merge, into what, and how soon.
struct MergeTable: Sendable {
  /// A possible merge.
  struct Candidate {
    /// Lower merges sooner.
    let priority: UInt32
    let result: UInt32
  }

  private let rule: TokenizerDefinition.MergeRule
  private let scores: [OrderedScore]
  /// `left << 32 | right` to `rank << 32 | result`, where the rule is `listedPairs`.
  private let pairs: [UInt64: UInt64]
  /// Pieces that may be formed on the way but not kept.
  private let unused: Set<UInt32>

  init(_ definition: TokenizerDefinition, index: PieceIndex) throws(TokenizerDefinitionError) {
    rule = definition.mergeRule
    scores = definition.scores
    var pairs: [UInt64: UInt64] = [:]
    pairs.reserveCapacity(definition.merges.count)
    var byteCount = 0
    for (rank, merge) in definition.merges.enumerated() {
      guard merge.left < definition.pieces.count, merge.right < definition.pieces.count else {
        throw .unknownIdentifier(what: "merge", id: max(merge.left, merge.right))
      }
      let bytes = definition.pieces[Int(merge.left)] + definition.pieces[Int(merge.right)]
      byteCount += bytes.count
      try TokenizerDefinition.check(
        "bytes of merges", count: byteCount, limit: TokenizerDefinition.Limits.allMergesByteCount)
      let pair = UInt64(merge.left) << 32 | UInt64(merge.right)
      guard let result = index[bytes[...]], pairs.updateValue(UInt64(rank) << 32 | UInt64(result), forKey: pair) == nil
      else { throw .invalidMerge(index: rank) }
    }
    self.pairs = pairs
    unused = Set(definition.kinds.indices.lazy.filter { definition.kinds[$0] == .unused }.map { UInt32($0) })
  }

  /// Whether a piece has to be taken apart again after merging.
  func isUnused(_ id: UInt32) -> Bool { !unused.isEmpty && unused.contains(id) }

  /// - Parameter bytes: the bytes of both symbols together.
  func candidate(left: UInt32?, right: UInt32?, bytes: ArraySlice<UInt8>, index: PieceIndex) -> Candidate? {
    guard rule == .listedPairs else {
      guard let result = index[bytes] else { return nil }
      // Flipping the sign bit orders signed scores as unsigned; the complement puts the highest first.
      let priority = rule == .highestScore ? ~(UInt32(bitPattern: scores[Int(result)].bits) ^ 0x8000_0000) : result
      return Candidate(priority: priority, result: result)
    }
    guard let left, let right, let found = pairs[UInt64(left) << 32 | UInt64(right)] else { return nil }
    return Candidate(priority: UInt32(found >> 32), result: UInt32(found & 0xFFFF_FFFF))
  }
}
