import Dispatch
import Glibc

/// Splits work over disjoint ranges between threads; the result never depends on how many there are.
package struct Parallel: Sendable {
  /// Most threads that one step uses.
  package let threadCount: Int

  /// Multiplications below which a second thread costs more than it brings.
  private static let worthwhile = 1 << 18

  /// - Parameter threadCount: `nil` for one a core.
  package init(threadCount: Int? = nil) {
    self.threadCount = max(1, threadCount ?? Self.coreCount)
  }

  /// Cores that the process may use.
  package static let coreCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// Calls `body` with consecutive ranges that cover `0..<count`, from several threads at once, and returns when all
  /// have returned.
  ///
  /// `body` must write only what belongs to the indices it is given.
  /// - Parameter work: a rough count of multiplications, which decides how many threads are worth their start.
  func run(_ count: Int, work: Int, _ body: (Range<Int>) -> Void) {
    let parts = min(threadCount, count, max(1, work / Self.worthwhile))
    guard parts > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let shared = SharedBody(call: body)
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        shared.call(count * part / parts..<count * (part + 1) / parts)
      }
    }
  }
}

/// `@unchecked Sendable`: the ranges given out are disjoint, the body writes only what belongs to its range and reads
/// only what no thread writes meanwhile, and `concurrentPerform` returns after the last call, before anyone else looks.
private struct SharedBody: @unchecked Sendable {
  let call: (Range<Int>) -> Void
}
