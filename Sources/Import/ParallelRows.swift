import Dispatch

/// Splits rows into fixed ranges and works on several at once.
///
/// The ranges depend on the matrix alone, and results are joined in order, so the outcome is the same for any count of threads.
struct ParallelRows {
  let threadCount: Int
  /// Weights that one range holds, about; bounds the memory of a range in binary64.
  static let rangeSize = 1 << 20

  init(threadCount: Int) {
    self.threadCount = max(1, threadCount)
  }

  /// The ranges of a matrix.
  static func ranges(rows: Int, columns: Int) -> [Range<Int>] {
    let step = max(1, rangeSize / max(1, columns))
    return stride(from: 0, to: rows, by: step).map { $0..<min($0 + step, rows) }
  }

  /// Calls `body` for every row, each on one thread, strided.
  func forEach(rows: Range<Int>, _ body: @escaping @Sendable (Int) -> Void) {
    let workerCount = min(threadCount, rows.count / 64)
    guard workerCount > 1 else { return rows.forEach(body) }
    DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
      for row in stride(from: rows.lowerBound + worker, to: rows.upperBound, by: workerCount) { body(row) }
    }
  }

  /// Results of `body` for each range, in order.
  /// - Throws: the error of the first range that fails.
  func map<Value: Sendable>(
    rows: Int, columns: Int, _ body: @Sendable (Range<Int>) throws(ImportError) -> Value
  ) throws(ImportError) -> [Value] {
    let ranges = Self.ranges(rows: rows, columns: columns)
    let results = ResultSlots<Value>(count: ranges.count)
    let workerCount = min(threadCount, ranges.count)
    @Sendable func work(_ worker: Int) {
      for index in stride(from: worker, to: ranges.count, by: workerCount) {
        results.set(index) { () throws(ImportError) in try body(ranges[index]) }
      }
    }
    if workerCount > 1 {
      DispatchQueue.concurrentPerform(iterations: workerCount, execute: work)
    } else if workerCount == 1 {
      work(0)
    }
    return try results.values()
  }
}

/// One place for the result of each range.
///
/// `@unchecked Sendable`: every slot is written by the one worker whose range it belongs to, and read only after all
/// workers have ended.
private final class ResultSlots<Value: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Result<Value, ImportError>?>

  init(count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  func set(_ index: Int, _ body: () throws(ImportError) -> Value) {
    do {
      slots[index] = .success(try body())
    } catch {
      slots[index] = .failure(error)
    }
  }

  func values() throws(ImportError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(slots.count)
    for slot in slots {
      guard let slot else { continue }
      values.append(try slot.get())
    }
    return values
  }
}
