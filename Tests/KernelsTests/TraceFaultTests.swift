import Hashing
import KernelFaults
import Kernels
import Program
import ProgramTestSupport
import Runtime
import Testing

/// A wrong bit in any kernel, on any tier, changes the trace; and tiers differ in nothing else.
struct TraceFaultTests {
  /// Programs that together use every kernel of a decoder.
  private static func recipes() -> [ProgramRecipe] {
    var narrow = ProgramRecipe(seed: 11)
    narrow.hasQueryKeyNorms = true
    narrow.hasQueryKeyHadamard = true
    var wide = ProgramRecipe(seed: 12)
    (wide.inputMode, wide.downMode, wide.queryLimbs, wide.keyLimbs) = (.twoLimbs, .blockShift, 2, 2)
    var packed = ProgramRecipe(seed: 13)
    packed.int4 = .inLayers
    var packedWide = wide
    packedWide.int4 = .inLayers
    return [narrow, wide, packed, packedWide]
  }

  private func model(_ recipe: ProgramRecipe) throws -> Model {
    try Model(LoadedProgram(checking: RandomProgram(recipe).program()))
  }

  private func root(_ model: Model) throws -> Digest {
    let sequence = TokenSequence(model, parallel: Parallel(threadCount: 2), trace: .init(salt: .zero))
    _ = try sequence.prefill((0..<20).map { UInt32($0 * 7 % 53) })
    _ = try sequence.decode(5)
    return try #require(sequence.trace).root
  }

  @Test(arguments: Kernels.available)
  func everyFaultChangesTheRoot(_ tier: KernelTier) throws {
    let models = try Self.recipes().map { try model($0) }
    try Kernels.withTier(tier) {
      let roots = try models.map { try root($0) }
      for kernel in Kernel.allCases where kernel.isUsed(by: tier) {
        // The lowest bits of some results are rounded away; a high one of any of them is not.
        let isSeen = try kernel.bits.contains { bit in
          try zip(models, roots).contains { model, expected in
            razao_inject_fault(Int32(kernel.rawValue), bit)
            defer { razao_inject_fault(-1, 0) }
            return try root(model) != expected
          }
        }
        #expect(isSeen, "\(kernel)")
      }
      #expect(try models.map { try root($0) } == roots)
    }
  }

  @Test(arguments: 0..<12)
  func tiersAgree(_ seed: Int) throws {
    let model = try model(ProgramRecipe.randomVariant(seed: UInt64(900 + seed)))
    let roots = try Kernels.available.map { tier in
      try Kernels.withTier(tier) {
        let sequence = TokenSequence(model, trace: .init(salt: .zero))
        _ = try sequence.prefill((0..<15).map { UInt32($0 * 5 % model.graph.vocabularyCount) })
        return try #require(sequence.trace).root
      }
    }
    #expect(Set(roots).count == 1)
  }
}

extension Kernel {
  /// Bits of the kernel's result that are tried, the most telling first.
  fileprivate var bits: [Int32] {
    switch self {
    case .quantizeInt8, .packBytes: [6, 0]
    case .quantizeInt16: [13, 6]
    case .sha256: [0]
    case .panelInt8Int32, .panelInt4Int8Int32, .sumInt8, .exponentials: [18, 12, 23]
    default: [18, 12, 30, 40, 4]
    }
  }

  /// Whether a decoder's trace depends on it: sums of operands matter where weights are made unsigned, and products of
  /// bytes with 64-bit sums need more columns than a test has.
  fileprivate func isUsed(by tier: KernelTier) -> Bool {
    switch self {
    case .panelInt8Int64, .panelInt4Int8Int64: false
    case .sumInt8: tier == .avx512
    default: true
    }
  }
}
