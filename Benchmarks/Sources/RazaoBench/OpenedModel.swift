import Glibc
import Program
import Runtime
import StrictJSON

/// A program opened for measuring, with how long that took.
struct OpenedModel {
  let model: Model
  private let wasStamped: Bool
  private let nanoseconds: Int

  /// - Parameter command: `program=` and, where a check may be skipped, `stamps=`.
  init(_ command: Command) throws {
    let path = try command.text("program")
    let stamps = command.text("stamps", default: nil)
    var opened: (model: Model, wasStamped: Bool)?
    nanoseconds = try Stopwatch.nanoseconds {
      let loaded = try LoadedProgram.open(path, stampDirectory: stamps)
      opened = (try Model(loaded), loaded.wasStamped)
    }
    guard let opened else { throw CommandError("nothing was opened") }
    (model, wasStamped) = opened
  }

  var json: JSON {
    let cost = TokenCost(model)
    return [
      "root": .string(model.program.root.hex), "program_bytes": JSON(model.program.file.count),
      "stamped": .bool(wasStamped), "open_nanoseconds": JSON(nanoseconds), "weight_bytes": JSON(cost.weightBytes),
      "products": JSON(cost.products), "head_products": JSON(cost.headProducts),
    ]
  }

  /// Generates once, for a profiler to look at.
  func once(_ command: Command) throws -> JSON {
    ["nanoseconds": JSON(try SpeedRun(command).generate(model).nanoseconds)]
  }

  /// Generates once, and says how much memory the process has had at most.
  func memory(_ command: Command) throws -> JSON {
    var speed = try SpeedRun(command)
    speed.isTraced = true
    let run = try speed.generate(model)
    return [
      "program_bytes": JSON(model.program.file.count), "cache_bytes": JSON(run.cacheBytes),
      "peak_resident_bytes": JSON(try Self.peakResidentBytes()),
    ]
  }

  /// `VmHWM` of this process.
  private static func peakResidentBytes() throws -> Int {
    guard let file = fopen("/proc/self/status", "r") else { throw CommandError("/proc/self/status cannot be read") }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("VmHWM:") else { continue }
      if let kilobytes = text.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) {
        return kilobytes * 1024
      }
    }
    throw CommandError("/proc/self/status has no VmHWM")
  }
}

/// What one token costs whatever the implementation, for percentages of the machine's limits.
struct TokenCost {
  /// Bytes of weights that generating one token reads: every matrix but the embedding.
  private(set) var weightBytes = 0
  /// Multiplications and additions of one prompt token, attention and head left out.
  private(set) var products = 0
  /// Those of the head, which a prompt needs once.
  private(set) var headProducts = 0

  init(_ model: Model) {
    let head = model.graph.head?.matrix.index
    for (place, matrix) in model.graph.matrices where place.name != "embedding" {
      let count = matrix.rows * matrix.columns
      weightBytes += matrix.format == .int4 ? count * 17 / 32 : count
      if matrix.index == head { headProducts += 2 * count } else { products += 2 * count }
    }
  }
}
