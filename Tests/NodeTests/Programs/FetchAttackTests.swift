import Foundation
import Glibc
import Hashing
import Synchronization
import Testing

@testable import Node

/// Peers, disks and files that do their worst.
@Suite struct FetchAttackTests {
  private func wrong(_ what: @escaping @Sendable (ProgramChunk) -> ProgramChunk) -> FakePeer {
    FakePeer("liar") { _, chunk in what(chunk) }
  }

  @Test(arguments: ["bit", "truncated", "oversize", "path", "swapped", "empty"])
  func aPeerThatSendsAWrongChunkIsBanned(_ kind: String) async throws {
    let landing = try Landing()
    let liar = FakePeer("liar") { index, chunk in
      switch kind {
      case "bit": ProgramChunk(bytes: [chunk.bytes[0] ^ 1] + chunk.bytes.dropFirst(), path: chunk.path)
      case "truncated": ProgramChunk(bytes: chunk.bytes.dropLast(), path: chunk.path)
      case "oversize": ProgramChunk(bytes: chunk.bytes + [0], path: chunk.path)
      case "path": ProgramChunk(bytes: chunk.bytes, path: chunk.path + [.zero])
      case "swapped": FakeFile.five.chunk((index + 1) % 5)
      default: ProgramChunk(bytes: [], path: [])
      }
    }
    let fetched = try await landing.fetcher([liar, FakePeer("honest")]).fetch(to: landing.target)
    #expect(landing.isLanded)
    #expect(liar.asked.count <= 2)
    #expect(fetched.excluded.allSatisfy { $0.hasPrefix("liar sent a chunk that is not the file's") })
    #expect(fetched.excluded.count == 1)
  }

  @Test func aLiarAloneGivesNothingAndLeavesNothingInPlace() async throws {
    let landing = try Landing()
    let liar = wrong { ProgramChunk(bytes: $0.bytes.reversed(), path: $0.path) }
    await #expect(throws: FetchError.self) { try await landing.fetcher([liar]).fetch(to: landing.target) }
    #expect(!landing.exists(landing.target))
  }

  /// Its chunks fit its manifest; only the program root tells.
  @Test func aPeerThatStatesAnotherFileIsFoundOutAtTheEnd() async throws {
    let landing = try Landing()
    let other = FakeFile(byteCount: ProgramManifest.chunkSize + 5, seed: 9)
    let fetched = try await landing.fetcher([FakePeer("liar", other), FakePeer("honest")]).fetch(to: landing.target)
    #expect(landing.isLanded)
    #expect(fetched.excluded.count == 1 && fetched.excluded[0].hasPrefix("liar states another file"))
  }

  @Test func aMajorityOfLiarsOnlyCostsTime() async throws {
    let landing = try Landing()
    let other = FakeFile(byteCount: 100, seed: 9)
    let peers = [FakePeer("liar1", other), FakePeer("liar2", other), FakePeer("honest")]
    let fetched = try await landing.fetcher(peers).fetch(to: landing.target)
    #expect(landing.isLanded && fetched.excluded.count == 2)
  }

  @Test func anotherProgramIsNeverPutInPlace() async throws {
    let landing = try Landing()
    let other = FakeFile(byteCount: 100, seed: 9)
    await #expect(throws: FetchError.self) {
      try await landing.fetcher([FakePeer("liar", other)]).fetch(to: landing.target)
    }
    #expect(!landing.exists(landing.target) && !landing.exists(landing.partial))
  }

  @Test func aWrongRecordOfTheLedgerIsNamed() async throws {
    let landing = try Landing()
    let other = FakeFile(byteCount: 100, seed: 9)
    do {
      _ = try await landing.fetcher([FakePeer("a", other)], known: other.manifest).fetch(to: landing.target)
      Issue.record("it was taken")
    } catch FetchError.otherProgram(let expected, _) {
      #expect(expected == FakeFile.program)
    }
  }

  @Test func aFileBeyondTheLimitIsNotBegun() async throws {
    let landing = try Landing()
    var fetcher = landing.fetcher([FakePeer("a")], known: landing.file.manifest)
    fetcher.byteLimit = 1_000
    await #expect(throws: FetchError.tooLong(byteCount: landing.file.bytes.count, limit: 1_000)) {
      try await fetcher.fetch(to: landing.target)
    }
    #expect(!landing.exists(landing.partial))
  }

  @Test func aDiskWithoutRoomIsSaidAtTheBeginningAndNothingIsLeft() async throws {
    let landing = try Landing()
    var fetcher = landing.fetcher([FakePeer("a")])
    fetcher.disk.reserve = { _, _ in ENOSPC }
    await #expect(throws: FetchError.diskFull(path: landing.partial, needed: landing.file.bytes.count)) {
      try await fetcher.fetch(to: landing.target)
    }
    #expect(!landing.exists(landing.partial) && !landing.exists(landing.journal))
  }

  @Test func aDiskThatFillsUpMeanwhileLosesNothing() async throws {
    let landing = try Landing()
    let room = Mutex(2 * ProgramManifest.chunkSize + 1_000)
    var fetcher = landing.fetcher([FakePeer("a")])
    fetcher.disk.reserve = { ftruncate($0, $1) == 0 ? 0 : errno }
    fetcher.disk.write = { descriptor, bytes, offset in
      let count = room.withLock { left in
        let count = min(left, bytes.count)
        left -= count
        return count
      }
      guard count > 0 else {
        errno = ENOSPC
        return -1
      }
      return pwrite(descriptor, bytes.baseAddress, count, offset)
    }
    await #expect(throws: FetchError.diskFull(path: landing.partial, needed: landing.file.bytes.count)) {
      try await fetcher.fetch(to: landing.target)
    }
    #expect(!landing.exists(landing.target))
    let peer = FakePeer("b")
    let fetched = try await landing.fetcher([peer]).fetch(to: landing.target)
    #expect(landing.isLanded)
    #expect(fetched.resumedChunks >= 1 && peer.asked.count == 5 - fetched.resumedChunks)
  }
}

/// What lies on the disk between two fetches is not believed.
@Suite struct FetchResumeTests {
  /// A fetch whose peer gives four of five chunks.
  private func begun() async throws -> Landing {
    let landing = try Landing()
    let peer = FakePeer("a") { index, chunk in
      if index == 2 { throw ProgramPeerError.unreachable("cut off") }
      return chunk
    }
    await #expect(throws: FetchError.self) { try await landing.fetcher([peer]).fetch(to: landing.target) }
    return landing
  }

  private func resume(_ landing: Landing) async throws -> (asked: [Int], FetchedProgram) {
    let peer = FakePeer("b")
    let fetched = try await landing.fetcher([peer]).fetch(to: landing.target)
    #expect(landing.isLanded)
    return (peer.asked.sorted(), fetched)
  }

  @Test func onlyWhatIsMissingIsFetched() async throws {
    let (asked, fetched) = try await resume(begun())
    #expect(asked == [2] && fetched.resumedChunks == 4)
  }

  @Test func aChunkThatWasDamagedIsFetchedAgain() async throws {
    let landing = try await begun()
    try landing.flip(landing.partial, at: 3 * ProgramManifest.chunkSize + 77)
    #expect(try await resume(landing).asked == [2, 3])
  }

  @Test func aLeafThatWasDamagedCostsItsChunk() async throws {
    let landing = try await begun()
    try landing.flip(landing.journal, at: 80 + 32 * 1 + 5)
    #expect(try await resume(landing).asked == [1, 2])
  }

  @Test func aChunkReplacedTogetherWithItsLeafIsFoundOut() async throws {
    let landing = try await begun()
    let forged = [UInt8](repeating: 7, count: ProgramManifest.chunkSize)
    let data = try FileHandle(forUpdating: URL(fileURLWithPath: landing.partial))
    try data.write(contentsOf: forged)
    try data.close()
    let journal = try FileHandle(forUpdating: URL(fileURLWithPath: landing.journal))
    try journal.seek(toOffset: 80)
    try journal.write(contentsOf: Merkle.leaf(forged).bytes)
    try journal.close()
    #expect(try await resume(landing).asked == [0, 1, 2, 3, 4])
  }

  @Test(arguments: [0, 10, 60, 90]) func aJournalCutShortMeansAFreshStart(_ count: Int) async throws {
    let landing = try await begun()
    #expect(truncate(landing.journal, count) == 0)
    #expect(try await resume(landing).asked == [0, 1, 2, 3, 4])
  }

  @Test func aFileOfAnotherLengthMeansAFreshStart() async throws {
    let landing = try await begun()
    #expect(truncate(landing.partial, 1 << 20) == 0)
    #expect(try await resume(landing).asked == [0, 1, 2, 3, 4])
  }

  @Test func aLinkInPlaceOfThePartialFileIsNotFollowed() async throws {
    let landing = try Landing()
    let victim = landing.folder.path + "/victim"
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: victim))
    #expect(symlink(victim, landing.partial) == 0)
    await #expect(throws: FetchError.self) {
      try await landing.fetcher([FakePeer("a")]).fetch(to: landing.target)
    }
    #expect(FileManager.default.contents(atPath: victim) == Data([1, 2, 3]))
  }

  @Test func anotherFileThatWasBegunIsDroppedWhenNobodyStatesIt() async throws {
    let landing = try Landing()
    let other = FakeFile(byteCount: 2 * ProgramManifest.chunkSize, seed: 5)
    do { _ = try PartialFile(target: landing.target, manifest: other.manifest, disk: .system) }
    #expect(PartialFile.manifest(besides: landing.target) == other.manifest)
    #expect(try await resume(landing).asked == [0, 1, 2, 3, 4])
  }
}
