import ABCI
import Glibc
import Testing

@testable import LedgerABCI

@Suite struct ServerTests {
  @Test(arguments: Transport.allCases)
  func answersComeInTheOrderOfTheRequests(transport: Transport) async throws {
    try await withServer(TallyApplication(TallyDisk()), transport) { server in
      let client = try SocketClient(server.address)
      let texts = (0..<500).map { "echo \($0)" }
      try client.send(texts.flatMap { text in ABCIRequest.echo(EchoMessage { $0.text = text }).frame() })
      for text in texts { #expect(try client.receive() == .echo(EchoMessage { $0.text = text })) }
    }
  }

  @Test(arguments: Transport.allCases)
  func everyMethodWorksOnEveryConnection(transport: Transport) async throws {
    try await withServer(TallyApplication(TallyDisk()), transport) { server in
      let clients = try (0..<6).map { _ in try SocketClient(server.address) }
      let requests: [ABCIRequest] = [
        .initChain(InitChainRequest()), .checkTx(CheckTxRequest()), .query(QueryRequest()), .listSnapshots,
        .processProposal(BlockRequest()), .prepareProposal(PrepareProposalRequest()),
      ]
      for (shift, client) in clients.enumerated() {
        for request in requests[shift...] + requests[..<shift] {
          #expect(try client.call(request).method == request.method)
        }
      }
      #expect(server.connectionCount == 6)
    }
  }

  @Test func aPipelineOfTransactionsEndsWithFlush() async throws {
    try await withServer(TallyApplication(TallyDisk())) { server in
      let mempool = try SocketClient(server.address)
      let consensus = try SocketClient(server.address)
      let checks = (0..<300).map { index in
        ABCIRequest.checkTx(CheckTxRequest { $0.transaction = [index % 3 == 0 ? 0xff : 1, UInt8(index % 256)] })
      }
      try mempool.send(checks.flatMap { $0.frame() } + ABCIRequest.flush.frame())
      #expect(try consensus.call(.info(InfoRequest())).method == .info)
      for index in 0..<300 {
        guard case .checkTx(let result) = try mempool.receive() else { throw TestFailure("another answer") }
        #expect(result.code == (index % 3 == 0 ? 9 : 0))
      }
      #expect(try mempool.receive() == .flush)
    }
  }

  @Test func aFloodOfLargeTransactionsIsWorkedOff() async throws {
    try await withServer(TallyApplication(TallyDisk()), .tcp) { server in
      let client = try SocketClient(server.address)
      let request = ABCIRequest.checkTx(CheckTxRequest { $0.transaction = [UInt8](repeating: 1, count: 500_000) })
      for _ in 0..<40 { try client.send(request) }
      for _ in 0..<40 { #expect(try client.receive().method == .checkTx) }
    }
  }

  @Test func moreConnectionsThanTheBoundAreClosed() async throws {
    try await withServer(TallyApplication(TallyDisk()), connectionLimit: 2) { server in
      let kept = try (0..<2).map { _ in try SocketClient(server.address) }
      for client in kept { #expect(try client.call(.listSnapshots).method == .listSnapshots) }
      let surplus = try SocketClient(server.address)
      #expect(try surplus.receiveMessage() == nil)
      #expect(try kept[0].call(.listSnapshots).method == .listSnapshots)
    }
  }

  @Test func stoppingClosesConnectionsAndFreesTheAddress() async throws {
    let directory = try TestDirectory()
    let configuration = ABCIServer.Configuration(address: Transport.unix.address(directory))
    for _ in 0..<2 {
      let server = try await ABCIServer.start(TallyApplication(TallyDisk()), configuration, logger: .silent)
      let client = try SocketClient(server.address)
      #expect(try client.call(.listSnapshots).method == .listSnapshots)
      await server.stop()
      #expect(try client.receiveMessage() == nil)
      #expect(await server.fault() == nil)
    }
    #expect(access(directory.path + "/abci.sock", F_OK) != 0)
  }

  @Test func aSocketFileIsItsOwnersAlone() async throws {
    try await withServer(TallyApplication(TallyDisk())) { server in
      guard case .unix(let path) = server.address else { throw TestFailure("no unix socket") }
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }
}
