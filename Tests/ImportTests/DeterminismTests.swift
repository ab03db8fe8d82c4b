import Checkpoints
import Program
import Testing

@testable import Import

@Suite struct DeterminismTests {
  /// A checkpoint whose matrices take several ranges of rows.
  private static let large: MemoryCheckpoint = {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.layerCount = 1
    checkpoint.configuration.hiddenSize = 512
    checkpoint.configuration.headSize = 256
    checkpoint.configuration.vocabularyCount = 2_500
    // Made up once, not for every range.
    for role in checkpoint.configuration.tensorRoles { checkpoint.replacements[role] = checkpoint.values(role) }
    return checkpoint
  }()

  @Test func rangesCoverTheRowsInOrder() {
    for (rows, columns) in [(1, 1), (7, 1 << 20), (3, 1 << 22), (5_000, 512), (1 << 20, 3)] {
      let ranges = ParallelRows.ranges(rows: rows, columns: columns)
      #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == rows)
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
    #expect(ParallelRows.ranges(rows: 0, columns: 4).isEmpty)
  }

  @Test func rootsDoNotDependOnThreads() throws {
    let roots = try [1, 2, 5].map { count in try withProgram(Self.large, threadCount: count) { $0.root } }
    #expect(roots[0] == roots[1] && roots[0] == roots[2])
  }

  @Test func firstFailingRangeIsReported() {
    let parallel = ParallelRows(threadCount: 3)
    #expect(throws: ImportError.calibration(reason: "2")) {
      try parallel.map(rows: 8, columns: 1 << 20) { (range) throws(ImportError) in
        if range.lowerBound >= 2 { throw .calibration(reason: "\(range.lowerBound)") }
        return range.lowerBound
      }
    }
  }

  @Test func resultsComeInOrder() throws {
    let parallel = ParallelRows(threadCount: 4)
    let starts = try parallel.map(rows: 100, columns: 1 << 19) { (range) throws(ImportError) in range.lowerBound }
    #expect(starts == Array(stride(from: 0, to: 100, by: 2)))
  }
}
