import ABCI
import Hashing
import Ledger
import LedgerStore
import Testing

@testable import LedgerABCI

/// Engine and application die and come back; what happens then is a matter of three heights: the application's (A),
/// the engine's block store's (B) and its state's (S).
@Suite struct CrashTableTests {
  private func balance(_ name: String, in node: LedgerNode) throws -> UInt64 {
    let stored = try #require(try LedgerStore(path: node.databasePath).load())
    let value = stored.state.value(StateKey<Account>.account(try TestGenesis.account(name)).bytes)
    return try value.map { try Account(decoding: $0).raz } ?? 0
  }

  /// Runs three heights; returns what the engine has on disk.
  private func threeHeights(_ node: LedgerNode) async throws -> EngineDisk {
    var disk = EngineDisk()
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      for nonce in 0..<3 { try engine.decide([try TestGenesis.transfer(100, nonce: UInt64(nonce))]) }
      disk = engine.disk
    }
    return disk
  }

  @Test(arguments: Transport.allCases)
  func nothingHappensBetweenHeights(transport: Transport) async throws {
    let node = try LedgerNode(transport)
    let disk = try await threeHeights(node)
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      #expect(engine.calls == [.info])
      try engine.decide([try TestGenesis.transfer(100, nonce: 3)])
      #expect(engine.calls == [.info, .prepareProposal, .processProposal, .finalizeBlock, .commit])
    }
    #expect(try balance("bob", in: node) == 400)
  }

  @Test(arguments: Transport.allCases, ScriptedEngine.Crash.allCases)
  func aDeathWithinAHeightLosesAndDoublesNothing(transport: Transport, crash: ScriptedEngine.Crash) async throws {
    let node = try LedgerNode(transport)
    var disk = try await threeHeights(node)
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      try engine.decide([try TestGenesis.transfer(1_000, nonce: 3)], crash: crash)
      disk = engine.disk
    }
    #expect(disk.storeHeight == 4 && disk.stateHeight == 3)
    #expect(try balance("bob", in: node) == (crash == .afterCommit ? 1_300 : 300))
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      // A = B = S + 1 takes the saved results; A = S, B = S + 1 executes the block again.
      #expect(engine.calls == (crash == .afterCommit ? [.info] : [.info, .finalizeBlock, .commit]))
      #expect(engine.disk.stateHeight == 4)
      try engine.decide([try TestGenesis.transfer(1, nonce: 4)])
      #expect(throws: Never.self) { try CallGrammar.check(engine.calls) }
    }
    #expect(try balance("bob", in: node) == 1_301)
  }

  @Test func aBlockMayBeFinalisedTwiceInOneRun() async throws {
    let node = try LedgerNode()
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: EngineDisk(), genesis: try TestGenesis.request())
      try engine.decide([try TestGenesis.transfer(5, nonce: 0)], crash: .afterFinalize)
      // The engine alone restarts.
      let again = try ScriptedEngine(server.address, disk: engine.disk, genesis: try TestGenesis.request())
      // A = 0 begins the chain once more, then the block is executed.
      #expect(again.calls == [.info, .initChain, .finalizeBlock, .commit])
    }
    #expect(try balance("bob", in: node) == 5)
  }

  @Test(arguments: Transport.allCases)
  func anEmptyLedgerIsFilledByReplay(transport: Transport) async throws {
    let disk = try await threeHeights(try LedgerNode(transport))
    let fresh = try LedgerNode(transport)
    try await fresh.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      #expect(
        engine.calls == [.info, .initChain, .finalizeBlock, .commit, .finalizeBlock, .commit, .finalizeBlock, .commit])
      #expect(engine.disk.appHashes == disk.appHashes)
    }
    #expect(try balance("bob", in: fresh) == 300)
  }

  @Test func aLedgerThatIsBehindIsBroughtUp() async throws {
    let node = try LedgerNode()
    var disk = EngineDisk()
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      try engine.decide([try TestGenesis.transfer(100, nonce: 0)])
      disk = engine.disk
    }
    let other = try LedgerNode()
    try await other.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      for nonce in 1..<4 { try engine.decide([try TestGenesis.transfer(100, nonce: UInt64(nonce))]) }
      disk = engine.disk
    }
    try await node.run { server in
      let engine = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      #expect(engine.calls == [.info] + [.finalizeBlock, .commit, .finalizeBlock, .commit, .finalizeBlock, .commit])
    }
    #expect(try balance("bob", in: node) == 400)
  }

  @Test func aLedgerAheadOfItsEngineIsSeen() async throws {
    let node = try LedgerNode()
    _ = try await threeHeights(node)
    try await node.run { server in
      #expect(throws: EngineRefusal.applicationAhead(3, core: 0)) {
        _ = try ScriptedEngine(server.address, disk: EngineDisk(), genesis: try TestGenesis.request())
      }
    }
  }

  @Test func aLedgerThatDivergedIsSeen() async throws {
    let node = try LedgerNode()
    var disk = try await threeHeights(node)
    disk.appHashes[3] = [UInt8](repeating: 1, count: 32)
    try await node.run { server in
      #expect(throws: EngineRefusal.otherAppHash(height: 3)) {
        _ = try ScriptedEngine(server.address, disk: disk, genesis: try TestGenesis.request())
      }
    }
  }
}
