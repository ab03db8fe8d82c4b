import Hashing
import Program

/// Feeds tokens of any number of sequences through a model together, so that weights are read once for all of them.
///
/// Nothing that it computes depends on which tokens go together, on how they are cut into blocks, or on threads. An
/// engine is used by one thread at a time.
package final class BatchEngine {
  package let model: Model
  package let parallel: Parallel
  /// Most tokens that go through a layer together.
  package let rowLimit: Int
  private var workspace: Workspace

  /// - Parameters:
  ///   - parallel: threads of each step.
  ///   - rowLimit: most tokens that go through a layer together; an encoder's text goes through whole.
  package init(_ model: Model, parallel: Parallel = Parallel(), rowLimit: Int = 64) {
    precondition(rowLimit > 0)
    self.model = model
    self.parallel = parallel
    self.rowLimit = rowLimit
    workspace = Workspace(model, rows: model.graph.isBidirectional ? 1 : rowLimit, threads: parallel.threadCount)
  }

  /// Feeds segments.
  /// - Parameters:
  ///   - concurrently: whether different segments' logits may be handed over by several threads at once.
  ///   - visit: handed the wanted logits row by row: the segment, the index in its tokens, and the logits after that
  ///     token, shape (vocabularyCount,), 16 fraction bits. A segment's tokens come in their order, and so do segments
  ///     unless they come at once.
  /// - Precondition: every sequence stands in one segment only.
  /// - Throws: `RuntimeError` for a token beyond the vocabulary or a full context; nothing has been fed then.
  package func run(
    _ segments: [Segment], concurrently: Bool = false,
    visit: (_ segment: Int, _ index: Int, _ logits: [Int32]) -> Void
  ) throws(RuntimeError) {
    guard !model.graph.isBidirectional else { throw .notADecoder }
    assert(Set(segments.map { ObjectIdentifier($0.sequence) }).count == segments.count, "a sequence in two segments")
    for segment in segments { try model.check(segment.tokens, after: segment.sequence.count) }
    var block: [Piece] = []
    var rows = 0
    for (index, segment) in segments.enumerated() {
      var start = 0
      while start < segment.tokens.count {
        let end = min(segment.tokens.count, start + rowLimit - rows)
        block.append(Piece(index, segment, start..<end))
        rows += end - start
        start = end
        if rows == rowLimit {
          runBlock(block, concurrently, visit)
          (block, rows) = ([], 0)
        }
      }
    }
    if !block.isEmpty { runBlock(block, concurrently, visit) }
  }

  /// Part of a segment.
  private struct Piece {
    let index: Int
    let segment: Segment
    let range: Range<Int>

    init(_ index: Int, _ segment: Segment, _ range: Range<Int>) {
      (self.index, self.segment, self.range) = (index, segment, range)
    }

    var tokens: ArraySlice<UInt32> { segment.tokens[range] }
    /// Indices of tokens whose logits are wanted.
    var wanted: Range<Int> { segment.logits.range(segment.tokens.count).clamped(to: range) }
  }

  private func runBlock(
    _ pieces: [Piece], _ concurrently: Bool, _ visit: (_ segment: Int, _ index: Int, _ logits: [Int32]) -> Void
  ) {
    let pass = pass(pieces.map { ($0.segment.sequence, $0.tokens) })
    var places: [(segment: Int, index: Int)] = []
    var rows: [Int] = []
    var first = 0
    for piece in pieces {
      for index in piece.wanted {
        places.append((piece.index, index))
        rows.append(first + index - piece.range.lowerBound)
      }
      first += piece.range.count
    }
    pass.logits(rows, owners: concurrently ? places.map(\.segment) : nil) {
      visit(places[$0].segment, places[$0].index, $1)
    }
  }

  /// Tokens of several sequences through all layers, as one block; the sequences have grown by them afterwards.
  private func pass(_ pieces: [(sequence: SequenceState, tokens: ArraySlice<UInt32>)]) -> BlockPass {
    var rows: [BatchRow] = []
    for (sequence, tokens) in pieces {
      sequence.reserve(tokens.count)
      let (first, end) = (sequence.count, sequence.count + tokens.count)
      for (offset, token) in tokens.enumerated() {
        let last = model.graph.isBidirectional ? end - 1 : first + offset
        rows.append(BatchRow(sequence: sequence, token: token, position: first + offset, last: last))
      }
    }
    if rows.count > workspace.rowCount {
      workspace = Workspace(model, rows: rows.count, threads: parallel.threadCount)
    }
    let pass = BlockPass(model: model, parallel: parallel, workspace: workspace, rows: rows)
    pass.run()
    var first = 0
    for (sequence, tokens) in pieces {
      sequence.commit(tokens, cells: pass.cells(first..<first + tokens.count))
      first += tokens.count
    }
    return pass
  }
}

extension BatchEngine {
  /// Feeds whole texts to an encoder, as one block.
  /// - Parameter visit: handed each text's vector, 24 fraction bits.
  /// - Precondition: texts have been checked; sequences are empty.
  func encode(
    _ texts: [(sequence: SequenceState, tokens: [UInt32], dimensions: Int)], visit: (_ text: Int, [Int32]) -> Void
  ) {
    let pass = pass(texts.map { ($0.sequence, $0.tokens[...]) })
    var first = 0
    for (index, text) in texts.enumerated() {
      visit(index, pass.pooled(first..<first + text.tokens.count, dimensions: text.dimensions))
      first += text.tokens.count
    }
  }
}

extension Model {
  /// Whether tokens can be fed after so many positions.
  func check(_ tokens: [UInt32], after count: Int) throws(RuntimeError) {
    for token in tokens where token >= graph.vocabularyCount {
      throw .unknownToken(token, vocabularyCount: graph.vocabularyCount)
    }
    guard tokens.count <= graph.contextLength - count else {
      throw .contextOverflow(positions: count + tokens.count, limit: graph.contextLength)
    }
  }
}
