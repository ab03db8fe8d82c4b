import CKernels
import Glibc
import Kernels
import Testing

/// Which tier runs, and what a name that cannot be followed leads to.
struct TierTests {
  @Test func portableIsAlwaysThere() {
    #expect(Kernels.available.contains(.portable))
    #expect(Kernels.available.contains(Kernels.selected))
  }

  @Test func theFastestIsChosen() throws {
    guard getenv(Kernels.variable) == nil else { return }
    #expect(try Kernels.checkEnvironment() == Kernels.available.last)
  }

  @Test func unknownNameIsRefused() {
    let error = #expect(throws: KernelError.self) { try Kernels.tier(named: "avx1024", source: "--kernels") }
    #expect(error == .unknownTier("avx1024", source: "--kernels"))
    #expect(error?.description.contains("--kernels: there are no kernels named \"avx1024\"") == true)
    #expect(error?.description.contains("use one of: portable") == true)
  }

  @Test func tierOfAnotherProcessorIsRefused() throws {
    let foreign = try #require(KernelTier.allCases.first { !$0.isAvailable })
    let error = #expect(throws: KernelError.self) { try Kernels.tier(named: foreign.rawValue, source: "--kernels") }
    #expect(error == .unavailableTier(foreign, source: "--kernels"))
    #expect(error?.description.contains("this processor cannot run the \(foreign) kernels") == true)
    #expect(throws: KernelError.self) { try Kernels.withTier(foreign) {} }
    #expect(throws: KernelError.self) { try Kernels.select(foreign) }
  }

  @Test(arguments: Kernels.available)
  func tierHoldsWithinItsBodyOnly(_ tier: KernelTier) throws {
    let before = Kernels.selected
    try Kernels.withTier(tier) {
      #expect(Kernels.selected == tier)
      try Kernels.withTier(.portable) { #expect(Kernels.selected == .portable) }
      #expect(Kernels.selected == tier)
    }
    #expect(Kernels.selected == before)
  }

  @Test func everyKernelHasAName() {
    #expect(Kernel.allCases.count == Int(razao_kernel_count))
    #expect(Set(Kernel.allCases.map(\.description)).count == Kernel.allCases.count)
  }

  @Test func callsAreCounted() {
    let before = Kernel.add.callCount
    var row: [Int64] = [1]
    for _ in 0..<10 { razao_add(&row, [2], 1) }
    #expect(Kernel.add.callCount >= before + 10)
    #expect(row == [21])
  }
}
