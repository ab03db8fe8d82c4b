import Testing

@testable import Node

@Suite struct HandoverTests {
  @Test func valuesComeInOrderAndNoneAhead() async throws {
    let handover = Handover<Int>()
    let sender = Task {
      for value in 0..<100 { try await handover.send(value) }
      handover.end()
    }
    var received: [Int] = []
    while let value = await handover.next() { received.append(value) }
    #expect(received == Array(0..<100))
    try await sender.value
  }

  @Test func endFailsAWaitingSender() async {
    let handover = Handover<Int>()
    let sender = Task { try await handover.send(1) }
    await Task.yield()
    handover.end()
    await #expect(throws: CancellationError.self) { try await sender.value }
    await #expect(throws: CancellationError.self) { try await handover.send(2) }
    #expect(await handover.next() == nil)
  }

  @Test func cancellingTheSenderEndsTheReceiver() async {
    let handover = Handover<Int>()
    let receiver = Task { await handover.next() }
    let sender = Task {
      try await Task.sleep(for: .seconds(60))
      try await handover.send(1)
    }
    sender.cancel()
    _ = await sender.result
    handover.end()
    #expect(await receiver.value == nil)
  }

  @Test func cancellingTheReceiverFailsTheSender() async {
    let handover = Handover<Int>()
    let receiver = Task { await handover.next() }
    receiver.cancel()
    #expect(await receiver.value == nil)
    await #expect(throws: CancellationError.self) { try await handover.send(1) }
  }
}
