import Hashing

/// One file's way here: chunks from several peers at once, verified, written, and the whole checked.
struct ChunkTransfer: Sendable {
  let fetcher: ProgramFetcher
  let manifest: ProgramManifest
  let sources: [any ProgramPeer]
  let target: String
  let report: @Sendable (FetchProgress) -> Void

  /// What a transfer came to.
  struct Result: Sendable {
    let resumed: Int
    let excluded: [String]
  }

  private struct Ended: Sendable {
    let errand: FetchPlan.Errand
    let outcome: FetchPlan.Outcome
  }

  /// - Throws: `FetchError`, `CancellationError`; what came until then is kept.
  func run() async throws -> Result {
    guard manifest.byteCount <= fetcher.byteLimit else {
      throw FetchError.tooLong(byteCount: manifest.byteCount, limit: fetcher.byteLimit)
    }
    let file = try await offPool { try PartialFile(target: target, manifest: manifest, disk: fetcher.disk) }
    let resumed = try await resume(file)
    var excluded = try await transfer(file, missing: Set(0..<manifest.chunkCount).subtracting(resumed))
    if !file.isWhole {
      // Leaves of the earlier fetch are not the file's: somebody changed them together with the chunks.
      file.forget(resumed)
      excluded += try await transfer(file, missing: resumed)
    }
    try await check(file)
    try await offPool { try file.finish(target: target) }
    return Result(resumed: resumed.count, excluded: excluded)
  }

  private func resume(_ file: PartialFile) async throws -> Set<Int> {
    let (report, total) = (report, manifest.byteCount)
    return try await offPool {
      var done = 0
      return file.verifyChunks { count in
        done += count
        report(FetchProgress(stage: .resuming, done: done, total: total))
      }
    }
  }

  /// Fetches chunks until none is missing.
  /// - Returns: peers that were given up on.
  private func transfer(_ file: PartialFile, missing: Set<Int>) async throws -> [String] {
    var plan = FetchPlan(chunks: missing, peerCount: sources.count)
    var done = manifest.byteCount - missing.reduce(0) { $0 + manifest.range(ofChunk: $1).count }
    report(FetchProgress(stage: .fetching, done: done, total: manifest.byteCount))
    try await withThrowingTaskGroup(of: Ended.self) { group in
      defer { group.cancelAll() }
      while !plan.isFinished {
        for errand in plan.assign() { group.addTask { try await run(errand, file) } }
        guard !plan.isStuck, let ended = try await group.next() else { break }
        let isNew = plan.missing.contains(ended.errand.chunk)
        plan.receive(ended.errand, ended.outcome)
        guard isNew, ended.outcome == .stored else { continue }
        done += manifest.range(ofChunk: ended.errand.chunk).count
        report(FetchProgress(stage: .fetching, done: done, total: manifest.byteCount))
      }
    }
    let excluded = plan.exclusions.map { "\(sources[$0.peer].name) \($0.reason)" }
    guard plan.isFinished else { throw FetchError.nobodyHasIt(program: manifest.program, reasons: excluded) }
    return excluded
  }

  private func run(_ errand: FetchPlan.Errand, _ file: PartialFile) async throws -> Ended {
    do {
      if errand.failures > 0 { try await fetcher.pause(errand.failures) }
      let chunk = try await sources[errand.peer].chunk(errand.chunk, of: manifest)
      try await offPool {
        guard let leaf = chunk.leaf(at: errand.chunk, of: manifest) else {
          throw ProgramPeerError.wrong("a chunk that is not the file's (chunk \(errand.chunk))")
        }
        try file.store(chunk, leaf: leaf, at: errand.chunk)
      }
      return Ended(errand: errand, outcome: .stored)
    } catch let error as ProgramPeerError {
      return Ended(errand: errand, outcome: .failed(error))
    }
  }

  /// The program root decides, whatever the chunks were.
  private func check(_ file: PartialFile) async throws {
    let (fetcher, report, total) = (fetcher, report, manifest.byteCount)
    let reason: String? = try await offPool {
      do {
        let root = try fetcher.check(file.path) { share in
          report(FetchProgress(stage: .checking, done: Int(share * Double(total)), total: total))
        }
        return root == fetcher.program ? nil : "its program root is \(root.hex.prefix(16))…"
      } catch {
        return "\(error)"
      }
    }
    if let reason { throw FetchError.otherProgram(expected: fetcher.program, reason: reason) }
  }
}
