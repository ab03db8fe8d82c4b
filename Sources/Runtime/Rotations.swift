import CKernels
import Program

/// Cosines and sines of the positions of one block of tokens, for every distinct list of frequencies in the program.
final class Rotations {
  private let frequencies: [[UInt64]]
  /// One for each list: shape (tokens, pairs, 2), cosine then sine.
  private let tables: [Storage<Int16>]

  init(frequencies: [[UInt64]], tokens: Int) {
    self.frequencies = frequencies
    tables = frequencies.map { Storage(2 * $0.count * tokens) }
  }

  /// Fills the tables for a block of tokens, each at a position of its own.
  /// - Complexity: O(rows · pairs) cosines, 24 terms each.
  func fill(_ rows: [BatchRow], parallel: Parallel) {
    for (list, table) in zip(frequencies, tables) {
      let values = table.start
      parallel.run(rows.count, work: rows.count * list.count * 512) { tokens in
        for token in tokens {
          let position = UInt64(rows[token].position)
          for (pair, frequency) in list.enumerated() {
            let (cosine, sine) = Rotation.cosSin(position &* frequency)
            values[2 * (token * list.count + pair)] = Int16(cosine)
            values[2 * (token * list.count + pair) + 1] = Int16(sine)
          }
        }
      }
    }
  }

  /// Rotates one head in place, adding 15 fraction bits.
  /// - Parameter list: the layer's list of frequencies, `nil` for no rotation.
  func rotate(_ head: UnsafeMutablePointer<Int64>, size: Int, token: Int, list: Int?) {
    guard let list else {
      for index in 0..<size { head[index] &<<= 15 }
      return
    }
    let pairs = size / 2
    razao_rotate(head, tables[list].start + 2 * token * pairs, pairs)
  }
}
