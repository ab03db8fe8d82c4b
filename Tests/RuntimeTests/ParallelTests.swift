import Testing

@testable import Runtime

struct ParallelTests {
  @Test(arguments: [1, 2, 3, 16], [0, 1, 2, 15, 16, 17, 1000])
  func everyIndexIsVisitedOnce(threads: Int, count: Int) {
    let visits = Storage<UInt8>(count)
    Parallel(threadCount: threads).run(count, work: .max) { range in
      for index in range { visits.start[index] += 1 }
    }
    #expect((0..<count).allSatisfy { visits.start[$0] == 1 })
  }

  @Test func littleWorkStaysOnOneThread() {
    var calls = 0
    Parallel(threadCount: 8).run(100, work: 1000) { range in
      calls += 1
      #expect(range == 0..<100)
    }
    #expect(calls == 1)
  }

  @Test func threadsAreAtLeastOne() {
    #expect(Parallel(threadCount: 0).threadCount == 1 && Parallel(threadCount: -3).threadCount == 1)
    #expect(Parallel().threadCount == Parallel.coreCount && Parallel.coreCount >= 1)
  }
}
