import ABCI
import Testing

@testable import LedgerABCI

/// What a real node sent, sent again over four real connections: every frame is answered, in order, with a frame of
/// the right kind.
@Suite(.enabled(if: Recording.isPresent, "needs ../shared/data")) struct RecordedTrafficTests {
  @Test(arguments: Recording.names, Transport.allCases)
  func everyFrameIsAnsweredByItsKind(name: String, transport: Transport) async throws {
    let application = TallyApplication(TallyDisk())
    let calls = try Recording.calls(name)
    try await withServer(application, transport) { server in
      let clients = try (1...4).map { _ in try SocketClient(server.address) }
      for call in calls {
        let client = clients[call.connection - 1]
        try client.send(call.request)
        let answered = try client.receive().method.map(Recording.name(of:))
        #expect(answered == call.method)
      }
      #expect(application.calls.map(Recording.name(of:)) == calls.map(\.method))
    }
  }

  @Test(arguments: Recording.names)
  func oneConnectionMayCarryAllOfItAtOnce(name: String) async throws {
    let calls = try Recording.calls(name)
    try await withServer(TallyApplication(TallyDisk())) { server in
      let client = try SocketClient(server.address)
      // The answers of 586 calls fit into the socket's buffers, so all requests can be written first.
      try client.send(calls.flatMap(\.request))
      for call in calls { #expect(try client.receive().method.map(Recording.name(of:)) == call.method) }
    }
  }
}
