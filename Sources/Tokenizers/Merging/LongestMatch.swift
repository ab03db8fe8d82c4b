/// WordPiece: covers a word with the longest pieces, from its start.
///
/// Pieces that begin a word are stored as they are, pieces that continue one with `##` before them.
enum LongestMatch {
  /// Longer words are unknown; also what keeps covering from being quadratic in the text.
  static let maximumScalarCount = 100
  static let continuationMark = Array("##".utf8)

  /// The pieces of a word, or `nil` when it is too long or some part of it has no piece.
  /// - Complexity: O(scalars²) look-ups, for at most `maximumScalarCount` scalars.
  static func cover(_ word: ArraySlice<UInt32>, index: PieceIndex) -> [UInt32]? {
    guard word.count <= maximumScalarCount else { return nil }
    // The mark is written over bytes that are covered already; before the first piece there is room for it.
    var bytes = continuationMark
    var ends: [Int] = []
    for scalar in word {
      UTF8Text.append(scalar, to: &bytes)
      ends.append(bytes.count)
    }
    var identifiers: [UInt32] = []
    var (start, covered) = (continuationMark.count, 0)
    while covered < ends.count {
      let candidates = ends.indices[covered...].reversed()
      guard let last = candidates.first(where: { index[bytes[start..<ends[$0]]] != nil }),
        let id = index[bytes[start..<ends[last]]]
      else { return nil }
      identifiers.append(id)
      covered = last + 1
      start = ends[last] - continuationMark.count
      bytes.replaceSubrange(start..<ends[last], with: continuationMark)
    }
    return identifiers
  }

  /// What a piece adds to decoded text: a continuation its bytes, any other a space and its bytes.
  static func text(of piece: [UInt8]) -> [UInt8] {
    isContinuation(piece) ? Array(piece.dropFirst(continuationMark.count)) : [0x20] + piece
  }

  /// The sign `##` alone continues nothing.
  private static func isContinuation(_ piece: [UInt8]) -> Bool {
    piece.count > continuationMark.count && piece.starts(with: continuationMark)
  }
}
