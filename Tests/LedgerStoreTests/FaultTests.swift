import Foundation
import Hashing
import Ledger
import LedgerStore
import Testing

/// A process that drives a ledger is killed, or its disk fails, at every single write.
@Suite(.enabled(if: FaultRun.isPossible)) struct FaultTests {
  private static let lastHeight: UInt64 = 2

  private let folder: TemporaryFolder
  private let faults: FaultRun
  /// App hashes by height, of a run that nothing disturbed.
  private let undisturbed: [UInt64: String]
  /// Writes, flushes and truncations of such a run.
  private let callCount: Int

  init() throws {
    folder = try TemporaryFolder()
    faults = try FaultRun(folder: folder.path)
    undisturbed = try faults.run(folder.file("undisturbed"), to: Self.lastHeight).hashes
    callCount = try faults.callCount(folder.file("counted"), to: Self.lastHeight)
    #expect(callCount > 20)
    #expect(undisturbed.count == Int(Self.lastHeight) + 1)
  }

  /// What was said to be committed is there, or one block more that was not said any more; nothing else.
  private func check(_ path: String, after run: FaultRun.Outcome, _ when: String) throws {
    let stored = try LedgerStore(path: path).load()
    let height = stored?.meta.height
    if let last = run.lastHeight {
      #expect(height == last || height == last + 1, "\(when)")
    } else {
      #expect(height == nil || height == 0, "\(when)")
    }
    guard let stored else { return }
    #expect(undisturbed[stored.meta.height] == stored.meta.appHash.hex, "\(when)")
    let store = try LedgerStore(path: path)
    #expect(try Conservation.total(records(of: store)) == .none, "\(when)")
    #expect(try store.blocks(limit: 10).map(\.height) == (0...stored.meta.height).reversed(), "\(when)")
    for block in try store.blocks(limit: 10) {
      #expect(try store.transactions(at: block.height).count == block.transactionCount, "\(when)")
    }
  }

  @Test(arguments: ["kill", "tear"]) func killedAtEveryWriteTheLastCommitComesBack(kind: String) throws {
    for call in 1...callCount {
      let path = folder.file("\(kind)-\(call)")
      let run = try faults.run(path, to: Self.lastHeight, kind: kind, at: call)
      #expect(run.signal == SIGKILL, "call \(call): \(run.lines)")
      try check(path, after: run, "\(kind) at call \(call)")
      try goOn(path, "\(kind) at call \(call)")
    }
  }

  /// Some failures are none to the ledger, such as that of a file that is only to be shortened: then it must end well.
  @Test(arguments: ["ENOSPC", "EROFS", "EIO"]) func aFailingDiskIsToldInOneLineAndCorruptsNothing(kind: String) throws {
    var toldCount = 0
    for call in 1...callCount {
      let path = folder.file("\(kind)-\(call)")
      let run = try faults.run(path, to: Self.lastHeight, kind: kind, at: call)
      #expect(run.signal == nil, "\(kind) at call \(call)")
      if !run.isFinished {
        let errors = run.lines.filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 1 && run.lines.last?.contains(path) == true, "\(kind) at call \(call): \(run.lines)")
        toldCount += 1
      }
      try check(path, after: run, "\(kind) at call \(call)")
      try goOn(path, "\(kind) at call \(call)")
    }
    #expect(toldCount > callCount / 4)
  }

  /// With nothing in its way the ledger comes to where it would have been.
  private func goOn(_ path: String, _ when: String) throws {
    let rest = try faults.run(path, to: Self.lastHeight)
    #expect(rest.isFinished, "\(when): \(rest.lines)")
    #expect(rest.hashes[Self.lastHeight] == undisturbed[Self.lastHeight], "\(when)")
    faults.remove(path)
  }

  @Test func aFullDiskIsCalledSo() throws {
    let first = try faults.run(folder.file("ledger"), to: 1)
    #expect(first.isFinished)
    let run = try faults.run(folder.file("ledger"), to: 2, kind: "ENOSPC", at: 1)
    #expect(run.lines.last?.hasPrefix("error: no space is left for the ledger") == true, "\(run.lines)")
  }

  @Test func aReadOnlyFileIsCalledSo() throws {
    #expect(try faults.run(folder.file("ledger"), to: 1).isFinished)
    let run = try faults.run(folder.file("ledger"), to: 2, kind: "EROFS", at: 1)
    #expect(run.lines.last == "error: the ledger \(folder.file("ledger")) cannot be written: it is read-only")
  }
}
