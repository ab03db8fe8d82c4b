import CKernels
import Glibc

/// Splits work over disjoint ranges between threads; the result never depends on how many there are.
///
/// Threads are kept from one step to the next. Work is handed out in several parts a thread, so that a thread that the
/// system has put aside holds up little.
package struct Parallel: Sendable {
  /// Most threads that one step uses, 1…64.
  package let threadCount: Int

  /// Multiplications below which a second thread costs more than it brings.
  private static let worthwhile = 1 << 17
  private static let partsPerThread = 4

  /// - Parameter threadCount: `nil` for one a core; brought into 1…64.
  package init(threadCount: Int? = nil) {
    self.threadCount = min(64, max(1, threadCount ?? Self.coreCount))
  }

  /// Cores of this machine that are on line; a container may be allowed fewer.
  package static let coreCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// Calls `body` with disjoint ranges that cover `0..<count`, from several threads at once, and returns when all have
  /// returned.
  ///
  /// `body` must write only what belongs to the indices it is given.
  /// - Parameter work: a rough count of multiplications, which decides how many threads are worth their start.
  func run(_ count: Int, work: Int, _ body: (Range<Int>) -> Void) {
    runParts(count, work: work) { _, range in body(range) }
  }

  /// The same, telling each call which thread it is on, 0..<`threadCount`: no two calls at one time have the same
  /// number, so that each can have memory of its own.
  func runParts(_ count: Int, work: Int, _ body: (_ thread: Int, _ range: Range<Int>) -> Void) {
    let parts = min(threadCount * Self.partsPerThread, count, max(1, work / Self.worthwhile))
    guard parts > 1, threadCount > 1 else {
      if count > 0 { body(0, 0..<count) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var job = Job(count: count, parts: parts, call: body)
      withUnsafeMutablePointer(to: &job) { job in
        razao_parallel(Job.run, job, parts, min(threadCount, parts) - 1)
      }
    }
  }
}

/// What the threads of one step share. The ranges given out are disjoint, the body writes only what belongs to its range
/// and reads only what no thread writes meanwhile, and `razao_parallel` returns after the last call.
private struct Job {
  let count: Int
  let parts: Int
  let call: (Int, Range<Int>) -> Void

  static let run: @convention(c) (UnsafeMutableRawPointer?, Int, Int) -> Void = { context, thread, part in
    guard let context else { return }
    let job = context.assumingMemoryBound(to: Job.self)
    let (count, parts) = (job.pointee.count, job.pointee.parts)
    job.pointee.call(thread, count * part / parts..<count * (part + 1) / parts)
  }
}
