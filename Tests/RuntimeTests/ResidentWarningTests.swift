import ProgramTestSupport
import Testing

@testable import Runtime

/// A program that does not fit into memory is told, and runs all the same.
struct ResidentWarningTests {
  @Test func programsLargerThanMemoryAreTold() throws {
    let warning = try #require(ResidentWarning(programByteCount: 101, memoryByteCount: 100))
    #expect(warning.description.contains("101 bytes") && warning.description.contains("100 of memory"))
    #expect(ResidentWarning(programByteCount: 100, memoryByteCount: 100) == nil)
    #expect(ResidentWarning(programByteCount: 100, memoryByteCount: nil) == nil)
  }

  @Test func aSmallProgramIsNot() throws {
    #expect(try Model(ProgramRecipe(seed: 1)).residentWarning == nil)
    #expect(ResidentWarning.physicalMemory ?? 1 << 30 > 1 << 20)
  }
}
