import ArgumentParser
import Dialects
import Glibc
import Import
import Node
import Program
import Runtime
import StrictJSON
import Wallet

/// What the command line writes where: results to standard output, progress and errors to standard error.
enum Terminal {
  /// Writes bytes as they are.
  static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  static func line(_ text: String) { write(Array("\(text)\n".utf8)) }

  static func note(_ text: String) { write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

  static func json(_ value: JSON) { write(value.encoded(indented: true) + [0x0A]) }

  /// Progress on one line that overwrites itself; silent where nobody watches.
  static func progress(_ what: String, share: Double) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    let end = share >= 1 ? "\n" : ""
    write(Array("\r\(what) \(Int(share * 100)) %\(end)".utf8), to: STDERR_FILENO)
  }

  /// Runs a command's body; an error becomes one line and its exit status.
  static func reporting(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let exit as ExitCode {
      throw exit
    } catch {
      note("razao: \(error)")
      throw ExitCode(status(of: error))
    }
  }

  /// The exit status that an error stands for (docs/errors.md).
  static func status(of error: any Error) -> Int32 {
    switch error {
    case let failure as CommandFailure: failure.status
    case let failure as ServiceError: failure.exitStatus
    case let failure as NetworkFailure: failure.status
    case is HomeError, is StoreError: 73
    case let broken as BrokenAnswer: status(of: broken.reason)
    case PeerError.unverified, is IdentityError: 1
    case is PeerError: 69
    case ImportError.output: 73
    case ProgramError.unreadable, ImportError.unreadable: 66
    case let error as RequestError: error.status < 500 && error.status != 429 ? 65 : 69
    case is RuntimeError: 65
    case is ProgramError, is ImportError: 1
    default: 70
    }
  }
}
