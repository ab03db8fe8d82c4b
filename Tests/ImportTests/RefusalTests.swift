import Checkpoints
import Hashing
import Program
import Testing

@testable import Import

/// What cannot become a program, and how it is said.
@Suite struct RefusalTests {
  @Test func boundThatDoesNotHoldNamesItsPlace() {
    var checkpoint = MemoryCheckpoint()
    // A gate of 2^60 at every channel cannot be proven to stay within 43 bits.
    checkpoint.replacements[.layer(1, .gate)] = [Float](repeating: 0x1p60, count: 96)
    guard case .program(.bound(let place, _))? = importError(checkpoint) else {
      Issue.record("no bound is named")
      return
    }
    #expect(place == Place("gate", layer: 1))
  }

  @Test func accumulatorIsWideOnlyWhereItMustBe() throws {
    let narrow = try withProgram(MemoryCheckpoint()) { try $0.graph.head?.matrix.accumulatorWidth }
    var options = ImportOptions()
    options.head.mode = .twoLimbs
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.hiddenSize = 1024
    checkpoint.configuration.layerCount = 1
    // One weight in each block survives the transform as a constant row of 127.
    let spike = (0..<1024).map { Float($0 % 128 == 0 ? 1 : 0) }
    checkpoint.replacements[.finalNorm] = [Float](repeating: 1, count: 1024)
    checkpoint.replacements[.embedding] = (0..<10).flatMap { _ in spike }
    let wide = try withProgram(checkpoint, options: options) { try $0.graph.head?.matrix.accumulatorWidth }
    #expect(narrow == 4 && wide == 8)
  }

  @Test func hugeBiasIsRefused() {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.layerBiases = [.upBias]
    checkpoint.replacements[.layer(0, .upBias)] = [Float](repeating: 0x1p100, count: 12)
    #expect(
      importError(checkpoint) == .number(place: Place("up", layer: 0), reason: "a bias of 1.2676506002282294e+30"))
  }

  @Test func hugeWeightsAreRefused() {
    var checkpoint = MemoryCheckpoint()
    checkpoint.replacements[.layer(0, .down)] = [Float](repeating: 0x1p127, count: 96)
    guard case .number(let place, _)? = importError(checkpoint) else {
      Issue.record("no number is named")
      return
    }
    #expect(place == Place("down", layer: 0))
  }

  @Test func headBeyondTheLimitIsIllegal() {
    var checkpoint = MemoryCheckpoint()
    checkpoint.configuration.headSize = 2_048
    checkpoint.configuration.headCount = 1
    guard case .program(.illegal)? = importError(checkpoint) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func optionsThatDoNotFitAreNamed() {
    var options = ImportOptions()
    options.attentionInput.block = 16
    #expect(importError(MemoryCheckpoint(), options: options)?.description.contains("attentionInput") == true)
    options = ImportOptions()
    options.head.block = 3
    #expect(importError(MemoryCheckpoint(), options: options) != nil)
    options = ImportOptions()
    options.feedForwardDown = .init(block: 1, mode: .blockShift)
    #expect(importError(MemoryCheckpoint(), options: options) != nil)
    options = ImportOptions()
    options.keyLimbs = 3
    #expect(importError(MemoryCheckpoint(), options: options) != nil)
    options = ImportOptions()
    options.outputFractions.gate = 21
    #expect(importError(MemoryCheckpoint(), options: options) != nil)
  }

  @Test func wrongRootIsRefusedAndNothingRemains() throws {
    let program = try withProgram(MemoryCheckpoint()) { $0 }
    try withTemporaryFolder { folder in
      let attempt = { (expected: Digest) in
        try importProgram(
          of: MemoryCheckpoint(), named: "made up", to: folder + "/program", expecting: expected, calibrate: nil)
      }
      let error = ImportError.root(expected: .zero, weightsRoot: program.weightsRoot, programRoot: program.root)
      #expect(throws: error) { _ = try attempt(.zero) }
      #expect(error.description.contains(program.root.hex) && error.description.contains(program.weightsRoot.hex))
      let remaining = try names(in: folder)
      #expect(remaining.isEmpty)
      for expected in [program.root, program.weightsRoot] {
        let again = try attempt(expected)
        #expect(again.root == program.root)
      }
      let written = try names(in: folder)
      #expect(written == ["program"])
    }
  }

  @Test func unwritableFolderIsNamed() {
    #expect(throws: ImportError.self) {
      try importProgram(of: MemoryCheckpoint(), named: "", to: "/nowhere/at/all/program", calibrate: nil)
    }
  }
}
