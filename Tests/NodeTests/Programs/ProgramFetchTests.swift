import Foundation
import Hashing
import Synchronization
import Testing

@testable import Node

@Suite struct ProgramFetchTests {
  @Test func aProgramComesFromOnePeer() async throws {
    let landing = try Landing()
    let peer = FakePeer("a")
    let stages = Mutex<[FetchProgress]>([])
    let fetched = try await landing.fetcher([peer]).fetch(to: landing.target) { step in
      stages.withLock { $0.append(step) }
    }
    #expect(landing.isLanded)
    #expect(fetched.resumedChunks == 0 && fetched.excluded.isEmpty)
    #expect(peer.asked.sorted() == [0, 1, 2, 3, 4])
    let seen = stages.withLock { $0 }
    #expect(
      seen.last == FetchProgress(stage: .checking, done: landing.file.bytes.count, total: landing.file.bytes.count))
    let fetching = seen.filter { $0.stage == .fetching }.map(\.done)
    #expect(fetching == fetching.sorted() && fetching.last == landing.file.bytes.count)
  }

  @Test func severalPeersShareTheWork() async throws {
    let landing = try Landing()
    // Each waits until the other was asked, so that neither can do it alone.
    let both = Mutex(Set<String>())
    let peers = ["a", "b"].map { name in
      FakePeer(name) { _, chunk in
        both.withLock { _ = $0.insert(name) }
        for _ in 0..<500 where both.withLock({ $0.count }) < 2 { try await Task.sleep(for: .milliseconds(10)) }
        return chunk
      }
    }
    _ = try await landing.fetcher(peers).fetch(to: landing.target)
    #expect(landing.isLanded)
    #expect(peers.allSatisfy { !$0.asked.isEmpty })
  }

  @Test func aFetchThatIsKilledHalfWayGoesOnFromThere() async throws {
    let landing = try Landing()
    let stored = Mutex(0)
    let slow = FakePeer("slow") { index, chunk in
      if index >= 3 { try await Task.sleep(for: .seconds(3_600)) }
      return chunk
    }
    let fetcher = landing.fetcher([slow])
    let task = Task {
      try await fetcher.fetch(to: landing.target) { step in
        if step.stage == .fetching { stored.withLock { $0 = step.done } }
      }
    }
    try await eventually("three chunks are there") {
      stored.withLock { $0 } == 3 * ProgramManifest.chunkSize
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(landing.exists(landing.partial) && !landing.exists(landing.target))

    let peer = FakePeer("b")
    let fetched = try await landing.fetcher([peer]).fetch(to: landing.target)
    #expect(landing.isLanded)
    #expect(fetched.resumedChunks == 3)
    #expect(peer.asked.sorted() == [3, 4])
  }

  @Test func aProgramThatLiesThereIsNotFetched() async throws {
    let landing = try Landing()
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: landing.target))
    await #expect(throws: FetchError.targetTaken(path: landing.target)) {
      try await landing.fetcher([FakePeer("a")]).fetch(to: landing.target)
    }
  }

  @Test func aPeerThatIsAwayForAWhileIsAskedAgain() async throws {
    let landing = try Landing()
    let failures = Mutex(3)
    let peer = FakePeer("a") { _, chunk in
      let isAway = failures.withLock { left in
        left -= 1
        return left >= 0
      }
      if isAway { throw ProgramPeerError.unreachable("away") }
      return chunk
    }
    let fetched = try await landing.fetcher([peer]).fetch(to: landing.target)
    #expect(landing.isLanded && fetched.excluded.isEmpty)
  }

  @Test func withNobodyThereIsAnError() async throws {
    let landing = try Landing()
    await #expect(throws: FetchError.noPeers) { try await landing.fetcher([]).fetch(to: landing.target) }
    let off = FakePeer("off") { _, _ in throw ProgramPeerError.unreachable("it is off") }
    await #expect(
      throws: FetchError.nobodyHasIt(program: FakeFile.program, reasons: ["off cannot be reached: it is off"])
    ) {
      try await landing.fetcher([off]).fetch(to: landing.target)
    }
  }

  @Test func theLedgersManifestNeedsNoPeersWord() async throws {
    let landing = try Landing()
    let fetched = try await landing.fetcher([FakePeer("a")], known: landing.file.manifest).fetch(to: landing.target)
    #expect(landing.isLanded && fetched.manifest == landing.file.manifest)
  }

  @Test func oneProcessAtATimeWritesAFile() async throws {
    let landing = try Landing()
    let first = try PartialFile(target: landing.target, manifest: landing.file.manifest, disk: .system)
    await #expect(throws: FetchError.inUse(path: landing.partial)) {
      try await landing.fetcher([FakePeer("a")]).fetch(to: landing.target)
    }
    withExtendedLifetime(first) {}
  }
}
