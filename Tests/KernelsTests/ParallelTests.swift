import CKernels
import Runtime
import Testing

/// Jobs shared out between threads.
struct ParallelTests {
  /// Every part runs exactly once, whatever the number of helpers.
  @Test(arguments: [0, 1, 2, 7, 63, 1000], [0, 1, 2, 3, 64, 1000])
  func everyPartRunsOnce(helpers: Int, parts: Int) {
    let counts = UnsafeMutablePointer<Int64>.allocate(capacity: 1000)
    defer { counts.deallocate() }
    for _ in 0..<20 {
      counts.initialize(repeating: 0, count: 1000)
      razao_parallel(
        { context, _, part in
          guard let context else { return }
          context.assumingMemoryBound(to: Int64.self)[part] += 1
        }, counts, parts, helpers)
      #expect((0..<1000).allSatisfy { counts[$0] == ($0 < parts ? 1 : 0) })
    }
  }

  @Test(arguments: [(0, 1), (-5, 1), (1, 1), (7, 7), (64, 64), (1000, 64), (Int.max, 64)])
  func threadCountsAreBroughtIntoRange(asked: Int, given: Int) {
    #expect(Parallel(threadCount: asked).threadCount == given)
  }

  @Test func threadsAreBounded() {
    razao_parallel({ _, _, _ in }, nil, 2000, 1000)
    #expect(razao_parallel_threads() <= 64)
  }

  /// Threads of one call have numbers of their own, so that each can have memory of its own.
  @Test func threadNumbersAreApart() {
    let flags = UnsafeMutablePointer<Int64>.allocate(capacity: 5)
    defer { flags.deallocate() }
    flags.initialize(repeating: 0, count: 5)
    for _ in 0..<50 {
      razao_parallel(
        { context, thread, _ in
          guard let context else { return }
          let flag = context.assumingMemoryBound(to: Int64.self) + thread
          let before = flag.pointee
          for _ in 0..<100 { flag.pointee += 1 }
          if flag.pointee != before + 100 { flag.pointee = -1_000_000 }
        }, flags, 100, 4)
    }
    #expect((0..<5).reduce(0) { $0 + flags[$1] } == 50 * 100 * 100)
  }

  @Test func nestedJobsRun() {
    let counts = UnsafeMutablePointer<Int64>.allocate(capacity: 8)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0, count: 8)
    razao_parallel(
      { context, _, part in
        guard let context else { return }
        let own = context.assumingMemoryBound(to: Int64.self) + part
        razao_parallel(
          { context, _, _ in
            guard let context else { return }
            context.assumingMemoryBound(to: Int64.self)[0] += 1
          }, own, 10, 2)
      }, counts, 8, 2)
    #expect((0..<8).allSatisfy { counts[$0] == 10 })
  }

  /// Callers on several threads at once neither wait for each other nor mix their parts.
  @Test func concurrentCallers() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<200).allSatisfy { _ in
            let sums = UnsafeMutablePointer<Int64>.allocate(capacity: 32)
            defer { sums.deallocate() }
            sums.initialize(repeating: 0, count: 32)
            razao_parallel(
              { context, _, part in
                guard let context else { return }
                context.assumingMemoryBound(to: Int64.self)[part] += Int64(part)
              }, sums, 32, 3)
            return (0..<32).allSatisfy { sums[$0] == Int64($0) }
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
