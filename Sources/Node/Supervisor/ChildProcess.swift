import Dispatch
import Foundation
import Glibc
import Synchronization

/// One process that the supervisor started: lines from its standard output, a pipe that keeps it alive, its end.
///
/// The child leads its own process group, so that Ctrl-C reaches it through the supervisor only, and reads its
/// standard input, whose end tells it that the supervisor is gone.
package final class ChildProcess: Sendable {
  /// What comes out of a child.
  package enum Output: Equatable, Sendable {
    case line([UInt8])
    /// The last output.
    case ended(ChildEnd)
  }

  package let processID: pid_t
  /// Lines as they come, then the end.
  package let output: AsyncStream<Output>
  private let keepAlive: Int32

  /// Starts a program.
  /// - Parameters:
  ///   - logPath: where standard error goes, appended.
  /// - Throws: `ChildError` with the system's reason.
  package init(executable: String, arguments: [String], logPath: String) throws(ChildError) {
    let started = try Self.oneAtATime.withLock { _ throws(ChildError) in
      try Self.start(executable, arguments, logPath: logPath)
    }
    processID = started.processID
    keepAlive = started.keepAlive
    output = Self.outputs(of: processID, from: started.output)
  }

  /// Pipes are made and marked in two steps; a child that is started in between by another thread would inherit them
  /// and keep them open.
  private static let oneAtATime = Mutex(())

  private static func start(
    _ executable: String, _ arguments: [String], logPath: String
  ) throws(ChildError) -> (processID: pid_t, keepAlive: Int32, output: Int32) {
    let input = try makePipe()
    let output: (reading: Int32, writing: Int32)
    do throws(ChildError) { output = try makePipe() } catch {
      close(input.reading)
      close(input.writing)
      throw error
    }
    defer {
      close(input.reading)
      close(output.writing)
    }
    do throws(ChildError) {
      let child = try spawn(executable, arguments, input: input.reading, output: output.writing, logPath: logPath)
      return (child, input.writing, output.reading)
    } catch {
      close(input.writing)
      close(output.reading)
      throw error
    }
  }

  deinit {
    close(keepAlive)
  }

  /// Sends a signal to the child; nothing happens when it ended.
  package func signal(_ number: Int32) {
    kill(processID, number)
  }

  private static func makePipe() throws(ChildError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ChildError(what: "a pipe", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], input: Int32, output: Int32, logPath: String
  ) throws(ChildError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    // Signals that the parent handles or blocks must not stay ignored in the child.
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, executable, &actions, &attributes, words, environ)
    guard code == 0 else { throw ChildError(what: executable, code: code) }
    return child
  }

  /// Reads the pipe in one thread and waits for the end in another. What the child has started and left behind ends
  /// with it, or the pipe would stay open.
  private static func outputs(of child: pid_t, from descriptor: Int32) -> AsyncStream<Output> {
    let (stream, continuation) = AsyncStream<Output>.makeStream()
    let drained = DispatchSemaphore(value: 0)
    run {
      var lines = LineSplitter(limit: 1 << 16)
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        for line in lines.receive(buffer[..<count]) { continuation.yield(.line(line)) }
      }
      close(descriptor)
      drained.signal()
    }
    run {
      var information = siginfo_t()
      while waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
      kill(-child, SIGKILL)
      drained.wait()
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
      continuation.yield(.ended(ChildEnd(waitStatus: status)))
      continuation.finish()
    }
    return stream
  }

  private static func run(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 1 << 18
    thread.start()
  }
}

/// How a process ended.
package enum ChildEnd: Equatable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case killed(signal: Int32)

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7F
    self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .killed(signal: signal)
  }

  package var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .killed(let signal): "killed by signal \(signal)"
    }
  }
}

/// Why a process could not be started.
package struct ChildError: Error, Equatable, Sendable, CustomStringConvertible {
  package var what: String
  package var code: Int32

  package var description: String { "cannot start \(what): \(String(cString: strerror(code)))" }
}

/// Splits bytes into lines; what exceeds the limit within a line is dropped.
struct LineSplitter {
  let limit: Int
  private var line: [UInt8] = []

  init(limit: Int) {
    self.limit = limit
  }

  mutating func receive(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for byte in bytes {
      if byte == 0x0A {
        lines.append(line)
        line.removeAll(keepingCapacity: true)
      } else if line.count < limit {
        line.append(byte)
      }
    }
    return lines
  }
}
