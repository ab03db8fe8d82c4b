import ArgumentParser
import Glibc
import Runtime

/// The threads that a command is to use.
enum Threads {
  static let limit = 1_024

  static func validate(_ count: Int?) throws {
    guard let count, !(1...limit).contains(count) else { return }
    throw ValidationError("--threads must be 1 to \(limit), not \(count).")
  }

  /// All cores unless a count is given.
  static func parallel(_ count: Int?) -> Parallel { count.map { Parallel(threadCount: $0) } ?? Parallel() }
}

/// The memory of this machine.
enum Memory {
  static var physicalByteCount: Int { max(1, sysconf(Int32(_SC_PHYS_PAGES))) * sysconf(Int32(_SC_PAGESIZE)) }
}
