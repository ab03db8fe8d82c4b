import CKernels
import KernelFaults
import Kernels
import Testing

/// Faults, by which other tests show that a wrong result of any kernel is seen.
struct FaultTests {
  @Test func faultChangesOneBitOfOneKernel() {
    var (row, extremes): ([Int64], [Int64]) = ([1, 2, 3], [0, 0])
    razao_inject_fault(Int32(Kernel.add.rawValue), 5)
    razao_add(&row, [10, 10, 10], 3)
    razao_reach(row, 3, &extremes)
    razao_inject_fault(-1, 0)
    #expect(row == [11 ^ 32, 12, 13])
    #expect(extremes == [43, 0])
    razao_add(&row, [0, 0, 0], 3)
    #expect(row == [43, 12, 13])
  }

  @Test func faultReachesHelpingThreads() {
    let rows = UnsafeMutablePointer<Int64>.allocate(capacity: 64)
    defer { rows.deallocate() }
    rows.initialize(repeating: 0, count: 64)
    razao_inject_fault(Int32(Kernel.add.rawValue), 0)
    razao_parallel(
      { context, _, part in
        guard let context else { return }
        razao_add(context.assumingMemoryBound(to: Int64.self) + part, [2], 1)
      }, rows, 64, 3)
    razao_inject_fault(-1, 0)
    #expect((0..<64).allSatisfy { rows[$0] == 3 })
  }
}
