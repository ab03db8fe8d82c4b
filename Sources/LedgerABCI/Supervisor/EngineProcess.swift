import Dispatch
import Glibc
import Synchronization

/// How a process ended.
package enum ProcessEnd: Equatable, Sendable, CustomStringConvertible {
  case exit(Int32)
  case signal(Int32)

  package var description: String {
    switch self {
    case .exit(let status): "exit status \(status)"
    case .signal(let number): "signal \(number)"
    }
  }
}

/// A command could not be started.
package struct ProcessError: Error, Equatable, Sendable, CustomStringConvertible {
  package let command: String
  package let reason: String

  package var description: String { "`\(command)` cannot be started: \(reason)" }
}

/// One run of the consensus engine: started in a process group of its own, so that Ctrl-C reaches it only through its
/// supervisor, with nothing inherited but the streams it writes to.
final class EngineProcess: Sendable {
  private enum State {
    case running([CheckedContinuation<ProcessEnd, Never>])
    case ended(ProcessEnd)
  }

  let processID: pid_t
  private let state = Mutex(State.running([]))

  /// Starts a command.
  /// - Parameters:
  ///   - command: the program, looked for in PATH, and its arguments; at least one element.
  ///   - logPath: where both output streams are appended; `nil` leaves them to the terminal.
  init(_ command: [String], logPath: String?) throws(ProcessError) {
    processID = try Self.spawn(command, logPath: logPath)
    DispatchQueue(label: "razao.engine.\(processID)").async { self.awaitEnd() }
  }

  /// Waits until the process has ended.
  func end() async -> ProcessEnd {
    await withCheckedContinuation { continuation in
      let ended = state.withLock { state -> ProcessEnd? in
        switch state {
        case .ended(let end): return end
        case .running(let waiting):
          state = .running(waiting + [continuation])
          return nil
        }
      }
      if let ended { continuation.resume(returning: ended) }
    }
  }

  /// Sends a signal to the process and what it started; nothing once it has ended.
  func signal(_ number: Int32) {
    state.withLock { state in
      if case .running = state { _ = kill(-processID, number) }
    }
  }

  /// Asks the process to end, and makes it after `grace`.
  func terminate(grace: Duration) async {
    signal(SIGTERM)
    let deadline = Task {
      try await Task.sleep(for: grace)
      self.signal(SIGKILL)
    }
    _ = await end()
    deadline.cancel()
  }

  /// Blocks until the process has ended. It stays a zombie until the state says so: its number cannot be another's
  /// while `signal` may use it.
  private func awaitEnd() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    // What the process started and left behind goes with it.
    _ = kill(-processID, SIGKILL)
    let waiting = state.withLock { state -> [CheckedContinuation<ProcessEnd, Never>] in
      guard case .running(let waiting) = state else { return [] }
      state = .ended(Self.reap(processID))
      return waiting
    }
    let end = state.withLock { state -> ProcessEnd in
      guard case .ended(let end) = state else { return .exit(0) }
      return end
    }
    for continuation in waiting { continuation.resume(returning: end) }
  }

  private static func reap(_ processID: pid_t) -> ProcessEnd {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? .exit(status >> 8 & 0xff) : .signal(signal)
  }
}

extension EngineProcess {
  private static func spawn(_ command: [String], logPath: String?) throws(ProcessError) -> pid_t {
    guard let program = command.first, !command.contains(where: { $0.utf8.contains(0) }) else {
      throw ProcessError(command: command.first ?? "", reason: "it is no command")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let logPath {
      posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    for descriptor in openDescriptors() { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setGroupAndSignals(&attributes)
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var processID: pid_t = 0
    let code = posix_spawnp(&processID, program, &actions, &attributes, &arguments, environ)
    guard code == 0 else { throw ProcessError(command: program, reason: String(cString: strerror(code))) }
    return processID
  }

  /// What is open beyond the three streams. An engine that kept the ledger's listening socket would keep its address
  /// taken after both ended.
  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var descriptors: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let descriptor = Int32(name), descriptor > 2, descriptor != dirfd(folder) { descriptors.append(descriptor) }
    }
    return descriptors
  }

  /// A service may ignore or block the signals that its engine must hear.
  private static func setGroupAndSignals(_ attributes: inout posix_spawnattr_t) {
    var none = sigset_t()
    sigemptyset(&none)
    var heard = sigset_t()
    sigemptyset(&heard)
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD] { sigaddset(&heard, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &heard)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  }
}
