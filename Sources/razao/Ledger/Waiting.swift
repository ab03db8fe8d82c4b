import Glibc

/// What is shown of a wait that takes more than a second, where somebody watches.
enum Waiting {
  /// Runs a body; on a terminal, the seconds it takes are counted on one line that vanishes at the end.
  static func during<Value: Sendable>(
    _ what: String, _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    guard isatty(STDERR_FILENO) == 1 else { return try await body() }
    let counter = Task {
      var seconds = 0
      while (try? await Task.sleep(for: .seconds(1))) != nil {
        seconds += 1
        Terminal.write(Array("\r\(what) \(seconds) s".utf8), to: STDERR_FILENO)
      }
      if seconds > 0 { Terminal.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
    }
    do {
      let value = try await body()
      await stop(counter)
      return value
    } catch {
      await stop(counter)
      throw error
    }
  }

  private static func stop(_ counter: Task<Void, Never>) async {
    counter.cancel()
    await counter.value
  }
}
