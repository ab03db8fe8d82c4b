import Hummingbird
import ServiceLifecycle
import Synchronization
import Testing

@testable import Node

@Suite struct PeerHTTPTests {
  @Test func anOperationThatTakesTooLongIsCancelled() async {
    await #expect(throws: PeerError.self) {
      try await PeerHTTP.within(.milliseconds(10)) { try await Task.sleep(for: .seconds(3_600)) }
    }
  }

  @Test func whatComesInTimeComesThrough() async throws {
    #expect(try await PeerHTTP.within(.seconds(60)) { 7 } == 7)
  }

  /// The head comes at once, the body byte by byte without an end.
  @Test func aPeerThatNeverEndsItsAnswerIsGivenUp() async throws {
    let port = Mutex(0)
    let router = Router(context: NodeContext.self)
    router.get("/") { _, _ in
      Response(
        status: .ok,
        body: ResponseBody { output in
          while true {
            try await output.write(ByteBuffer(bytes: [0x20]))
            try await Task.sleep(for: .milliseconds(5))
          }
        })
    }
    try await withServices { start in
      let application = Application(
        router: router, server: .watched, configuration: .node(host: "127.0.0.1", port: 0),
        onServerRunning: { channel in port.withLock { $0 = channel.localAddress?.port ?? 0 } }, logger: Peers.quiet)
      let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: Peers.quiet))
      _ = start { try await group.run() }
      try await eventually("the peer listens") { port.withLock { $0 } != 0 }
      await #expect(throws: PeerError.self) {
        try await PeerHTTP.plain.send(
          .get, "http://127.0.0.1:\(port.withLock { $0 })/", timeout: .milliseconds(300))
      }
    }
  }
}
