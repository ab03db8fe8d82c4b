import Node
import Synchronization
import Testing

@Suite struct AdmissionQueueTests {
  @Test func firstComeFirstServed() {
    var queue = AdmissionQueue<Int>(runningLimit: 1, waitingLimit: 2)
    #expect(queue.arrive(1) == .start)
    #expect(queue.arrive(2) == .wait(behind: 0))
    #expect(queue.arrive(3) == .wait(behind: 1))
    #expect(queue.arrive(4) == .refuse)
    #expect(queue.isFull)
    #expect(queue.leave(1) == 2)
    #expect(queue.leave(2) == 3)
    #expect(queue.leave(3) == nil)
    #expect(queue.runningCount == 0)
  }

  @Test func whoGivesUpWaitingStartsNobody() {
    var queue = AdmissionQueue<Int>(runningLimit: 1, waitingLimit: 2)
    _ = queue.arrive(1)
    _ = queue.arrive(2)
    _ = queue.arrive(3)
    #expect(queue.leave(2) == nil)
    #expect(queue.leave(1) == 3)
    #expect(queue.leave(9) == nil)
  }

  /// Every order of arrivals and departures of five jobs: never more than the limits, and nobody is forgotten.
  @Test(arguments: 0..<200)
  func limitsHoldWhateverHappens(seed: Int) {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func draw(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(count))
    }
    var queue = AdmissionQueue<Int>(runningLimit: 2, waitingLimit: 2)
    var inside: [Int] = []
    for job in 0..<30 {
      if draw(2) == 0, !inside.isEmpty {
        _ = queue.leave(inside.remove(at: draw(inside.count)))
      } else if queue.arrive(job) != .refuse {
        inside.append(job)
      } else {
        #expect(inside.count == 4)
      }
      #expect(queue.runningCount + queue.waitingCount == inside.count)
      #expect(queue.runningCount == min(2, inside.count))
    }
  }
}

@Suite struct JobGateTests {
  @Test func noMoreRunThanMay() async throws {
    let gate = JobGate(runningLimit: 2, waitingLimit: 100)
    let level = Level()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await gate.run {
            level.change(1)
            try await Task.sleep(for: .milliseconds(1))
            level.change(-1)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(level.now == 0)
    #expect(level.most == 2)
    #expect(await gate.runningCount == 0)
  }

  @Test func aFullQueueRefusesAtOnce() async throws {
    let gate = JobGate(runningLimit: 1, waitingLimit: 0)
    let (starts, start) = AsyncStream<Void>.makeStream()
    let first = Task {
      try await gate.run {
        start.finish()
        try await Task.sleep(for: .seconds(60))
      }
    }
    for await _ in starts {}
    #expect(await gate.isFull)
    await #expect(throws: GateError.full) { try await gate.run {} }
    first.cancel()
    _ = await first.result
    #expect(await !gate.isFull)
  }

  @Test func whoIsCancelledWhileWaitingLeaves() async throws {
    let gate = JobGate(runningLimit: 1, waitingLimit: 5)
    let first = Task { try await gate.run { try await Task.sleep(for: .seconds(60)) } }
    try await eventually("the first runs") { await gate.runningCount == 1 }
    let second = Task { try await gate.run {} }
    try await eventually("the second waits") { await gate.waitingCount == 1 }
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    #expect(await gate.waitingCount == 0)
    first.cancel()
    _ = await first.result
    try await gate.run {}
  }
}

/// A number and the most it ever was.
private final class Level: Sendable {
  private let state = Mutex((now: 0, most: 0))

  var now: Int { state.withLock { $0.now } }
  var most: Int { state.withLock { $0.most } }

  func change(_ step: Int) {
    state.withLock {
      $0.now += step
      $0.most = max($0.most, $0.now)
    }
  }
}
