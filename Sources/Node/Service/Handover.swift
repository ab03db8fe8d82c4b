import Synchronization

/// Hands values from one task to one other without a buffer: `send` waits until the receiver asks for the value, so
/// that whoever produces is never more than one value ahead of whoever consumes.
final class Handover<Value: Sendable>: Sendable {
  private enum State {
    case idle
    case sending(Value, CheckedContinuation<Bool, Never>)
    case receiving(CheckedContinuation<Value?, Never>)
    case ended
  }

  private let state = Mutex(State.idle)

  /// Gives a value.
  /// - Throws: `CancellationError` when the handover ended or the task was cancelled; the value was not taken then.
  /// - Precondition: no other `send` is waiting.
  func send(_ value: Value) async throws {
    let isTaken = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in offer(value, continuation) }
    } onCancel: {
      end()
    }
    guard isTaken else { throw CancellationError() }
  }

  /// The next value, or `nil` at the end.
  /// - Precondition: no other `next` is waiting.
  func next() async -> Value? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in ask(continuation) }
    } onCancel: {
      end()
    }
  }

  /// Ends the handover: a waiting receiver gets `nil`, a waiting sender fails.
  func end() {
    let last = state.withLock { state in
      defer { state = .ended }
      return state
    }
    switch last {
    case .sending(_, let sender): sender.resume(returning: false)
    case .receiving(let receiver): receiver.resume(returning: nil)
    case .idle, .ended: break
    }
  }

  private func offer(_ value: Value, _ sender: CheckedContinuation<Bool, Never>) {
    let receiver: CheckedContinuation<Value?, Never>? = state.withLock { state in
      switch state {
      case .receiving(let receiver):
        state = .idle
        return receiver
      case .idle:
        state = .sending(value, sender)
        return nil
      case .ended:
        sender.resume(returning: false)
        return nil
      case .sending: preconditionFailure("one sender at a time")
      }
    }
    guard let receiver else { return }
    receiver.resume(returning: value)
    sender.resume(returning: true)
  }

  private func ask(_ receiver: CheckedContinuation<Value?, Never>) {
    let waiting: (Value, CheckedContinuation<Bool, Never>)? = state.withLock { state in
      switch state {
      case .sending(let value, let sender):
        state = .idle
        return (value, sender)
      case .idle:
        state = .receiving(receiver)
        return nil
      case .ended:
        receiver.resume(returning: nil)
        return nil
      case .receiving: preconditionFailure("one receiver at a time")
      }
    }
    guard let (value, sender) = waiting else { return }
    sender.resume(returning: true)
    receiver.resume(returning: value)
  }
}
