import Synchronization

/// Holds the first thing that ended a server, for whoever waits for it.
final class FaultLatch: Sendable {
  private enum State {
    case open([CheckedContinuation<ABCIFault?, Never>])
    case closed(ABCIFault?)
  }

  private let state = Mutex(State.open([]))

  /// Closes the latch; what comes later changes nothing.
  func close(_ fault: ABCIFault?) {
    let waiting = state.withLock { state -> [CheckedContinuation<ABCIFault?, Never>] in
      guard case .open(let waiting) = state else { return [] }
      state = .closed(fault)
      return waiting
    }
    for continuation in waiting { continuation.resume(returning: fault) }
  }

  /// Waits until the latch is closed.
  func wait() async -> ABCIFault? {
    await withCheckedContinuation { continuation in
      let closed = state.withLock { state -> ABCIFault?? in
        switch state {
        case .closed(let fault): return .some(fault)
        case .open(let waiting):
          state = .open(waiting + [continuation])
          return .none
        }
      }
      if let closed { continuation.resume(returning: closed) }
    }
  }
}
