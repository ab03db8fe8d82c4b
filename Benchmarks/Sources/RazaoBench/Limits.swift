import CBench
import Dispatch
import StrictJSON

/// What the machine can do at most, on some threads at once: reading memory, and multiplying bytes.
struct Limits {
  private let threadCount: Int
  private let byteCount: Int
  private static let repetitions = 3

  init(_ command: Command) throws(CommandError) {
    threadCount = try command.count("threads")
    byteCount = try command.count("megabytes", default: 1024) << 20
  }

  /// The best of a few repetitions of each: a limit is what is possible.
  var json: JSON {
    [
      "threads": JSON(threadCount), "read_bytes_per_second": JSON(readRate),
      "products_per_second": JSON(productRate),
    ]
  }

  private var readRate: Int {
    let large = 1 << 21
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: large)
    defer { memory.deallocate() }
    razao_bench_large_pages(memory.baseAddress, byteCount)
    memory.initializeMemory(as: UInt8.self, repeating: 1)
    let part = byteCount / threadCount / 512 * 512
    let region = Region(start: UnsafeRawPointer(memory.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1)!))
    return best(part * threadCount) { thread in _ = razao_bench_read(region.start + thread * part, part) }
  }

  private var productRate: Int {
    let rounds: UInt64 = 20_000_000
    var sink: UInt64 = 0
    let perThread = razao_bench_products(1_000, &sink) / 1_000 * rounds
    guard perThread > 0 else { return 0 }
    return best(Int(perThread) * threadCount) { _ in
      var sink: UInt64 = 0
      _ = razao_bench_products(rounds, &sink)
    }
  }

  /// Units a second of the fastest repetition of `body` on every thread.
  private func best(_ units: Int, _ body: @Sendable (Int) -> Void) -> Int {
    var fastest = Int.max
    for _ in 0..<Self.repetitions {
      let time = Stopwatch.nanoseconds { DispatchQueue.concurrentPerform(iterations: threadCount, execute: body) }
      fastest = min(fastest, max(1, time))
    }
    return Int(Double(units) * 1e9 / Double(fastest))
  }
}

/// `@unchecked Sendable`: memory that is only read while it is shared.
private struct Region: @unchecked Sendable {
  let start: UnsafeRawPointer
}
