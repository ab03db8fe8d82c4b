import Glibc
import Program

/// A checked program with what is derived from it once, ready to run; shared by any number of sequences.
package final class Model: Sendable {
  package let program: Program
  /// The program's structure.
  package let graph: Graph
  let embedding: PackedWeights
  /// Learned positions, if any.
  let positions: PackedWeights?
  let layers: [LayerPlan]
  /// What gives logits; `nil` in an encoder.
  let head: HeadPlan?
  /// The distinct lists of rotation frequencies.
  let frequencies: [[UInt64]]
  /// Where a sequence's keys and values lie.
  let cacheLayout: CacheLayout

  /// - Throws: `RuntimeError.program` for a program that is no transformer.
  /// - Complexity: O(scales and biases); weights stay in the mapped file.
  package init(_ loaded: LoadedProgram) throws(RuntimeError) {
    let graph: Graph
    do throws(ProgramError) { graph = try loaded.program.graph } catch { throw .program(error) }
    program = loaded.program
    self.graph = graph
    embedding = program.weights(of: graph.embedding)
    positions = graph.positions.map { loaded.program.weights(of: $0) }
    head = graph.head.map { HeadPlan($0, program: loaded.program) }
    var frequencies: [[UInt64]] = []
    var layers: [LayerPlan] = []
    for layer in graph.layers {
      var list: Int?
      if let own = layer.attention.frequencies {
        list = frequencies.firstIndex(of: own)
        if list == nil {
          list = frequencies.count
          frequencies.append(own)
        }
      }
      layers.append(LayerPlan(layer, program: loaded.program, rotation: list))
    }
    self.frequencies = frequencies
    self.layers = layers
    cacheLayout = CacheLayout(graph)
  }

  /// Bytes that the keys and values of so many positions take, rounded up to blocks.
  package func cacheByteCount(positions: Int) -> Int {
    (positions + CacheBlock.positionCount - 1) / CacheBlock.positionCount * cacheLayout.blockByteCount
  }

  /// What to tell a user when the program is larger than the machine's memory: it runs, from the disk; otherwise `nil`.
  package var residentWarning: ResidentWarning? {
    ResidentWarning(programByteCount: program.file.count, memoryByteCount: ResidentWarning.physicalMemory)
  }
}

/// A program that does not fit into memory at once.
package struct ResidentWarning: Equatable, Sendable, CustomStringConvertible {
  package let programByteCount: Int
  package let memoryByteCount: Int

  /// `nil` when the program fits, or when the machine does not tell its memory.
  init?(programByteCount: Int, memoryByteCount: Int?) {
    guard let memoryByteCount, programByteCount > memoryByteCount else { return nil }
    self.programByteCount = programByteCount
    self.memoryByteCount = memoryByteCount
  }

  /// Bytes of memory that the machine has, where it says so.
  static var physicalMemory: Int? {
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    guard pages > 0, size > 0 else { return nil }
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: size)
    return overflow ? nil : bytes
  }

  package var description: String {
    "the program takes \(programByteCount) bytes, the machine has \(memoryByteCount) of memory: weights are read from "
      + "the disk again and again, which is slow"
  }
}
