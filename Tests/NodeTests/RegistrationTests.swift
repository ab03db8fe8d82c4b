import Dialects
import Hashing
import Receipts
import Synchronization
import Testing

@testable import Node

/// What a gateway believes of those who register, and what it keeps of their answers.
@Suite struct RegistrationTests {
  let folder: TemporaryFolder
  let registry = GatewayRegistry(network: NetworkName.local, clock: .system, logger: Peers.quiet) { _ in }

  init() throws { folder = try TemporaryFolder() }

  /// Runs a provider that registers nowhere.
  private func withProvider(_ body: (IdentityDocument, String) async throws -> Void) async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(Peers.provider(folder.path + "/p", ready: ready))
      let endpoint = try await ready.endpoint()
      try await body(try await ProviderClient.identity(at: endpoint, network: NetworkName.local), endpoint)
      await registry.shutdown()
    }
  }

  @Test func pricesAndProgramsThatSomebodyPostsAreNotBelieved() async throws {
    try await withProvider { honest, endpoint in
      var forged = honest
      forged.programs[0].price = Prices(prompt: 0, answer: 0)
      forged.programs.append(
        ServedProgram(root: .zero, name: "stolen", context: 1, price: Prices(prompt: 0, answer: 0)))
      for posted in [forged, honest, forged] {
        try await registry.register(posted, endpoint: endpoint)
        #expect(await registry.providers.map(\.document) == [honest])
        #expect(await registry.candidates(model: "stolen").isEmpty)
      }
    }
  }

  @Test func aProviderThatIsWellIsNotMovedBySomebodyElse() async throws {
    try await withProvider { honest, endpoint in
      try await registry.register(honest, endpoint: endpoint)
      await #expect(throws: RoutingError.elsewhere) {
        try await registry.register(honest, endpoint: endpoint + "/")
      }
      #expect(await registry.providers.map(\.endpoint) == [endpoint])
    }
  }

  @Test func aProviderThatIsGoneMayComeBackElsewhere() async throws {
    try await withProvider { honest, endpoint in
      try await registry.register(honest, endpoint: endpoint)
      for _ in 0..<RoutingTable.failureLimit { await registry.failed(honest.id, reason: "x") }
      let other = endpoint.replacing("127.0.0.1", with: "127.0.0.2")
      await #expect(throws: PeerError.self) { try await registry.register(honest, endpoint: other) }
      try await registry.register(honest, endpoint: endpoint)
      #expect(await registry.providers.map(\.isUp) == [true])
    }
  }

  /// The receipt is the last that a client waits for.
  @Test func aClientThatLeavesWithItsReceiptLeavesABundle() async throws {
    try await withProvider { honest, endpoint in
      try await registry.register(honest, endpoint: endpoint)
      let store = try ReceiptStore(path: folder.path + "/gateway.sqlite")
      let relay = AnswerRelay(
        registry: registry, shelf: BundleShelf(store: store, logger: Peers.quiet),
        profile: RequesterProfile(payerKind: .gateway, payer: .random()), clock: .system, logger: Peers.quiet)
      struct Gone: Error {}
      for (place, isStreamed) in [false, true].enumerated() {
        await #expect(throws: Gone.self) {
          try await relay.relay(form: .chat, body: Peers.chat(isStreamed: isStreamed)) { event in
            guard case .event(let event) = event, case .part(let part) = try AnswerEvent(event),
              part.razao?["bundle"] == nil
            else { throw Gone() }
          }
        }
        #expect(try store.bundleCount() == place + 1)
        #expect(await registry.providers.map(\.runningCount) == [0])
      }
    }
  }
}
