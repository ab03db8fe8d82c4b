import ABCI
import Ledger
import LedgerStore
import Testing

@testable import LedgerABCI

/// What a real node sent to another application, sent to the ledger: it is answered frame by frame, its transactions
/// are refused as no transactions, its blocks are committed.
@Suite(.enabled(if: Recording.isPresent, "needs ../shared/data")) struct LedgerReplayTests {
  @Test(arguments: Recording.names, Transport.allCases)
  func theLedgerAnswersEveryFrame(name: String, transport: Transport) async throws {
    let calls = try Recording.calls(name)
    let node = try LedgerNode(transport)
    try await node.run(try node.application(chainID: nil)) { server, _ in
      let clients = try (1...4).map { _ in try SocketClient(server.address) }
      for call in calls {
        let client = clients[call.connection - 1]
        try client.send(call.request)
        #expect(try client.receive().method.map(Recording.name(of:)) == call.method)
      }
    }
    let commits = calls.count { $0.method == "commit" }
    #expect(try LedgerStore(path: node.databasePath).meta()?.height == UInt64(commits))
  }
}
