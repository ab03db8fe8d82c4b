import Testing

@testable import Node

@Suite struct FetchPlanTests {
  private let offline = FetchPlan.Outcome.failed(.unreachable("it is off"))
  private let lie = FetchPlan.Outcome.failed(.wrong("a chunk that is not the file's"))

  @Test func peersShareTheWork() {
    var plan = FetchPlan(chunks: 0..<10, peerCount: 3)
    let errands = plan.assign()
    #expect(errands.map(\.chunk) == [0, 1, 2, 3, 4, 5])
    #expect(errands.map(\.peer) == [0, 1, 2, 0, 1, 2])
    #expect(plan.assign().isEmpty)
  }

  @Test func aFailedChunkGoesToAnotherPeer() {
    var plan = FetchPlan(chunks: [0], peerCount: 2)
    let first = plan.assign()
    #expect(first.contains { $0.peer == 0 })
    for errand in first where errand.peer == 1 { plan.receive(errand, offline) }
    plan.receive(first[0], offline)
    let second = plan.assign()
    #expect(second.first?.peer == 1)
    #expect(second.first?.failures == 1)
  }

  @Test func aLonePeerIsAskedAgainAndThenGivenUp() {
    var plan = FetchPlan(chunks: [0], peerCount: 1)
    for failures in 0..<FetchPlan.failureLimit {
      let errands = plan.assign()
      #expect(errands.map(\.failures) == [failures])
      plan.receive(errands[0], offline)
    }
    #expect(plan.isStuck)
    #expect(plan.assign().isEmpty)
    #expect(plan.exclusions.map(\.peer) == [0])
  }

  @Test func aLiarIsBannedAtOnce() {
    var plan = FetchPlan(chunks: 0..<4, peerCount: 2)
    let errands = plan.assign()
    for errand in errands { plan.receive(errand, errand.peer == 0 ? lie : .stored) }
    let rest = plan.assign()
    #expect(rest.map(\.peer) == [1, 1])
    #expect(Set(rest.map(\.chunk)) == [0, 2])
    for errand in rest { plan.receive(errand, .stored) }
    #expect(plan.isFinished)
    #expect(plan.exclusions == [.init(peer: 0, reason: .wrong("a chunk that is not the file's"))])
  }

  @Test func anIdlePeerDoublesWhatASlowOneIsBusyWith() {
    var plan = FetchPlan(chunks: [0, 1], peerCount: 2, runningLimit: 1)
    let errands = plan.assign()
    plan.receive(errands[1], .stored)
    let doubled = plan.assign()
    #expect(doubled.map(\.chunk) == [0])
    #expect(doubled.map(\.peer) == [1])
    #expect(plan.assign().isEmpty)
    plan.receive(doubled[0], .stored)
    #expect(plan.isFinished)
    plan.receive(errands[0], .stored)
    #expect(plan.isFinished && plan.assign().isEmpty)
  }

  @Test func aDoubledChunkThatFailsOnceIsNotFetchedTwiceMore() {
    var plan = FetchPlan(chunks: [0], peerCount: 2, runningLimit: 1)
    let errands = plan.assign()
    #expect(errands.map(\.peer) == [0, 1])
    plan.receive(errands[0], offline)
    #expect(plan.assign().isEmpty)
    plan.receive(errands[1], .stored)
    #expect(plan.isFinished)
  }

  /// Whatever happens, every chunk is fetched as long as one peer is honest, and nothing is handed out for ever.
  @Test(arguments: 0..<40) func oneHonestPeerIsEnough(_ seed: Int) {
    var random = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1
    func draw(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % bound
    }
    var plan = FetchPlan(chunks: 0..<20, peerCount: 4)
    var running: [FetchPlan.Errand] = []
    var steps = 0
    while !plan.isFinished, steps < 10_000 {
      running += plan.assign()
      guard !running.isEmpty else { break }
      let errand = running.remove(at: Int(draw(UInt64(running.count))))
      let outcome: FetchPlan.Outcome = errand.peer == 3 || draw(3) > 0 ? .stored : draw(2) == 0 ? offline : lie
      plan.receive(errand, outcome)
      steps += 1
    }
    #expect(plan.isFinished, "seed \(seed)")
  }
}
