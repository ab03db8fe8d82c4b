import FileMapping
import Hashing
import Program

/// How far a fetch is.
package struct FetchProgress: Equatable, Sendable {
  /// What is going on.
  package enum Stage: String, Sendable {
    /// Chunks of an earlier fetch are verified again.
    case resuming
    case fetching
    /// The whole file is checked.
    case checking
  }

  package let stage: Stage
  /// Bytes verified so far, of this stage's total.
  package let done: Int
  package let total: Int

  package init(stage: Stage, done: Int, total: Int) {
    self.stage = stage
    self.done = done
    self.total = total
  }
}

/// A program that lies where it was wanted, checked.
package struct FetchedProgram: Equatable, Sendable {
  package let path: String
  package let manifest: ProgramManifest?
  /// Chunks that an earlier fetch had left.
  package let resumedChunks: Int
  /// Peers that were given up on, and why.
  package let excluded: [String]
}

/// Fetches a program by its root from any peers, none of them trusted.
///
/// Every chunk is verified against the file's root: the ledger's, when the ledger knows it, else one that peers state.
/// What a peer states only decides what is tried; the program root of the finished file, checked in full, decides what is
/// kept. A fetch that ends early, for whatever reason, leaves a partial file and goes on from there the next time.
package struct ProgramFetcher: Sendable {
  package let program: Digest
  package var peers: [any ProgramPeer]
  /// The ledger's word for the file, if there is one.
  package var known: ProgramManifest?
  /// Longest file that is accepted.
  package var byteLimit = ProgramManifest.byteLimit
  package var disk = DiskCalls.system
  /// Waits before a peer that failed is asked again: so often did it fail in a row.
  package var pause: @Sendable (Int) async throws -> Void = { failures in
    try await Task.sleep(for: .milliseconds(250 << min(failures - 1, 6)))
  }
  /// Checks a finished file in full and gives its program root.
  package var check: @Sendable (_ path: String, _ progress: (Double) -> Void) throws -> Digest = Self.checkProgram

  package init(program: Digest, peers: [any ProgramPeer], known: ProgramManifest? = nil) {
    self.program = program
    self.peers = peers
    self.known = known
  }

  /// Fetches the program to a path; when it lies there already, nothing is done.
  /// - Throws: `FetchError`, `CancellationError`.
  package func fetch(
    to target: String, progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) async throws -> FetchedProgram {
    if MappedFile.kind(ofPath: target) != .absent {
      guard let found = try? Program(path: target), found.root == program else {
        throw FetchError.targetTaken(path: target)
      }
      return FetchedProgram(path: target, manifest: nil, resumedChunks: 0, excluded: [])
    }
    guard !peers.isEmpty else { throw FetchError.noPeers }
    var survey = try await survey(target)
    for (manifest, sources) in survey.candidates {
      let transfer = ChunkTransfer(
        fetcher: self, manifest: manifest, sources: sources, target: target, report: progress)
      do {
        let result = try await transfer.run()
        return FetchedProgram(
          path: target, manifest: manifest, resumedChunks: result.resumed,
          excluded: survey.excluded + result.excluded)
      } catch let error as FetchError {
        survey.excluded.append(contentsOf: try recover(from: error, sources, target: target))
      }
    }
    throw FetchError.nobodyHasIt(program: program, reasons: survey.excluded)
  }

  /// What a failed attempt means for the next candidate.
  /// - Throws: the error, when no other candidate can do better.
  private func recover(from error: FetchError, _ sources: [any ProgramPeer], target: String) throws -> [String] {
    switch error {
    case .otherProgram(_, let reason):
      // The bytes are what was stated: they are no use to anybody.
      PartialFile.remove(besides: target)
      guard known == nil else { throw error }
      return sources.map { "\($0.name) states another file: \(reason)" }
    case .nobodyHasIt(_, let reasons): return reasons
    case .tooLong where known == nil: return ["\(error)"]
    default: throw error
    }
  }

  /// Files that might be the program, the most promising first, and who has each.
  private struct Survey {
    var candidates: [(ProgramManifest, [any ProgramPeer])]
    var excluded: [String]
  }

  /// Asks every peer what it has. A fetch that was begun comes first, then what most peers state.
  private func survey(_ target: String) async throws -> Survey {
    if let known { return Survey(candidates: [(known, peers)], excluded: []) }
    var votes: [(manifest: ProgramManifest, peers: [any ProgramPeer])] = []
    var excluded: [String] = []
    for (peer, answer) in try await manifests() {
      switch answer {
      case .success(let manifest):
        if let place = votes.firstIndex(where: { $0.manifest == manifest }) {
          votes[place].peers.append(peer)
        } else {
          votes.append((manifest, [peer]))
        }
      case .failure(let error): excluded.append("\(peer.name) \(error)")
      }
    }
    let begun = PartialFile.manifest(besides: target)
    let ranked = votes.enumerated().sorted { left, right in
      let (first, second) = (left.element, right.element)
      if (first.manifest == begun) != (second.manifest == begun) { return first.manifest == begun }
      return (second.peers.count, left.offset) < (first.peers.count, right.offset)
    }
    return Survey(candidates: ranked.map { ($0.element.manifest, $0.element.peers) }, excluded: excluded)
  }

  private func manifests() async throws -> [(any ProgramPeer, Result<ProgramManifest, ProgramPeerError>)] {
    try await withThrowingTaskGroup(of: (Int, Result<ProgramManifest, ProgramPeerError>).self) { group in
      for (place, peer) in peers.enumerated() {
        group.addTask {
          do {
            return (place, .success(try await peer.manifest(of: program)))
          } catch let error as ProgramPeerError {
            return (place, .failure(error))
          }
        }
      }
      var answers: [(Int, Result<ProgramManifest, ProgramPeerError>)] = []
      for try await answer in group { answers.append(answer) }
      return answers.sorted { $0.0 < $1.0 }.map { (peers[$0.0], $0.1) }
    }
  }

  /// The check of a real program: its frame, and then every byte.
  private static func checkProgram(_ path: String, _ progress: (Double) -> Void) throws -> Digest {
    let program = try Program(path: path)
    try withoutActuallyEscaping(progress) { try program.checkContent(progress: $0) }
    return program.root
  }
}
