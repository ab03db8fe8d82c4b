import ABCI
import Glibc
import Testing

@testable import LedgerABCI

@Suite struct AddressTests {
  @Test(arguments: [
    ("tcp://127.0.0.1:26658", ABCIAddress.tcp(host: "127.0.0.1", port: 26658), true),
    ("tcp://localhost:0", .tcp(host: "localhost", port: 0), true), ("tcp://[::1]:7", .tcp(host: "::1", port: 7), true),
    ("tcp://0.0.0.0:26658", .tcp(host: "0.0.0.0", port: 26658), false),
    ("unix:///run/razao.sock", .unix(path: "/run/razao.sock"), true),
  ])
  func addressesAreReadAndWritten(text: String, address: ABCIAddress, isLocal: Bool) throws {
    #expect(try ABCIAddress(text) == address)
    #expect(address.description == text)
    #expect(address.isLocal == isLocal)
  }

  @Test(arguments: [
    "", "127.0.0.1:26658", "tcp://", "tcp://host", "tcp://:1", "tcp://host:", "tcp://host:65536", "tcp://host:-1",
    "tcp://host:+1", "tcp://[::1:7", "unix://run/razao.sock", "unix:///", "http://host:1",
  ])
  func otherTextIsRefused(text: String) {
    #expect(throws: ABCIServerError.self) { try ABCIAddress(text) }
  }

  @Test(arguments: Transport.allCases)
  func anAddressInUseIsSaidToBe(transport: Transport) async throws {
    try await withServer(TallyApplication(TallyDisk()), transport) { server in
      await #expect(throws: ABCIServerError.taken("\(server.address)")) {
        _ = try await ABCIServer.start(
          TallyApplication(TallyDisk()), ABCIServer.Configuration(address: server.address), logger: .silent)
      }
      let witness = try SocketClient(server.address)
      #expect(try witness.call(.listSnapshots).method == .listSnapshots)
    }
  }

  @Test func aDeadServersSocketFileIsReplaced() async throws {
    let directory = try TestDirectory()
    let path = directory.path + "/abci.sock"
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    close(descriptor)
    #expect(access(path, F_OK) == 0)
    let server = try await ABCIServer.start(
      TallyApplication(TallyDisk()), ABCIServer.Configuration(address: .unix(path: path)), logger: .silent)
    let witness = try SocketClient(server.address)
    #expect(try witness.call(.listSnapshots).method == .listSnapshots)
    await server.stop()
  }

  @Test func aPathThatIsNoSocketIsLeftAlone() async throws {
    let directory = try TestDirectory()
    let path = directory.path + "/abci.sock"
    let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
    close(descriptor)
    await #expect(throws: ABCIServerError.self) {
      _ = try await ABCIServer.start(
        TallyApplication(TallyDisk()), ABCIServer.Configuration(address: .unix(path: path)), logger: .silent)
    }
    #expect(access(path, F_OK) == 0)
  }

  @Test func aPathTooLongForASocketIsRefused() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    await #expect(throws: ABCIServerError.self) {
      _ = try await ABCIServer.start(
        TallyApplication(TallyDisk()), ABCIServer.Configuration(address: .unix(path: path)), logger: .silent)
    }
  }
}
