import FileMapping
import Foundation
import Hashing
import Hummingbird
import HummingbirdTesting
import Logging
import Program
import ProgramTestSupport
import StrictJSON
import Testing

@testable import Node

/// A real program over real HTTP.
@Suite struct ProgramRoutesTests {
  let folder: TemporaryFolder
  let program: Program

  init() throws {
    folder = try TemporaryFolder()
    let bytes = try RandomProgram(ProgramRecipe(seed: 5)).bytes
    let path = folder.path + "/source.razao"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    program = try Program(path: path)
  }

  private func application(_ programs: [Program]) -> some ApplicationProtocol {
    let router = Router(context: NodeContext.self)
    router.add(middleware: ErrorRendering())
    ProgramRoutes(ProgramShelf(programs, stampDirectory: folder.path)).add(to: router)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
  }

  @Test func aProgramTravelsByItsRoot() async throws {
    let target = folder.path + "/fetched.razao"
    try await application([program]).test(.live) { client in
      let peer = HTTPProgramPeer(endpoint: "http://127.0.0.1:\(client.port ?? 0)")
      let fetched = try await ProgramFetcher(program: program.root, peers: [peer]).fetch(to: target)
      #expect(fetched.excluded.isEmpty)
    }
    #expect(try Program(path: target).root == program.root)
    #expect(FileManager.default.contentsEqual(atPath: target, andPath: program.file.path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.hasSuffix(".chunks") })
  }

  @Test func aPeerThatDoesNotHaveItSaysSo() async throws {
    try await application([]).test(.live) { client in
      let peer = HTTPProgramPeer(endpoint: "http://127.0.0.1:\(client.port ?? 0)")
      await #expect(throws: ProgramPeerError.absent("status 404")) { try await peer.manifest(of: program.root) }
    }
  }

  @Test func nobodyListeningIsUnreachable() async throws {
    let peer = HTTPProgramPeer(endpoint: "http://127.0.0.1:1", timeout: .seconds(5))
    do {
      _ = try await peer.manifest(of: program.root)
      Issue.record("somebody answered")
    } catch ProgramPeerError.unreachable {
    }
  }

  @Test(arguments: ["", "/chunks/1", "/chunks/-1", "/chunks/x", "/chunks/99999999999999999999"])
  func whatIsNotThereIsRefused(_ tail: String) async throws {
    let root = tail.isEmpty ? "zz" : program.root.hex
    try await application([program]).test(.router) { client in
      try await client.execute(uri: "\(ProgramRoutes.folder)/\(root)\(tail)", method: .get) { response in
        #expect([400, 404].contains(response.status.code))
        let json = try JSON.parse(Array(buffer: response.body))
        #expect(json["error"]?["message"]?.string?.isEmpty == false)
      }
    }
  }

  @Test func chunksBeyondTheLimitAreTurnedAway() {
    let slots = Slots(limit: 2)
    let first = slots.take()
    var second = slots.take()
    #expect(first != nil && second != nil && slots.take() == nil)
    second = nil
    #expect(second == nil)
    let third = slots.take()
    #expect(third != nil)
    third?.release()
    third?.release()
    let fourth = slots.take()
    #expect(fourth != nil && slots.take() == nil)
    withExtendedLifetime((first, fourth)) {}
  }

  @Test(arguments: ["zz", String(repeating: "0", count: 63), String(repeating: "00", count: 32 * 23)])
  func pathsThatCannotBeAreRefused(_ text: String) {
    #expect(ProgramRoutes.path(text) == nil)
  }

  @Test func pathsComeThrough() {
    let path = [taggedHash("test/a"), taggedHash("test/b")]
    #expect(ProgramRoutes.path(path.map(\.hex).joined()) == path)
    #expect(ProgramRoutes.path("") == [])
  }
}

@Suite struct SharedProgramTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/file"
    try Data(FakeFile.five.bytes).write(to: URL(fileURLWithPath: path))
  }

  private func share(_ steps: ((Double) -> Void)? = nil) throws -> SharedProgram {
    try SharedProgram(MappedFile(path: path), root: FakeFile.program, stampDirectory: folder.path, progress: steps)
  }

  @Test func itsManifestAndChunksAreTheFiles() throws {
    let shared = try share()
    #expect(shared.manifest == FakeFile.five.manifest)
    for index in 0..<5 { #expect(try shared.chunk(index) == FakeFile.five.chunk(index)) }
    #expect(try shared.chunk(5) == nil)
    #expect(try shared.chunk(-1) == nil)
  }

  @Test func theFileIsHashedOnce() throws {
    var passes = 0
    _ = try share { if $0 == 1 { passes += 1 } }
    _ = try share { if $0 == 1 { passes += 1 } }
    #expect(passes == 1)
  }

  @Test func aDamagedNoteOnlyCostsAnotherPass() throws {
    _ = try share()
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".chunks") })
    var bytes = try #require(FileManager.default.contents(atPath: "\(folder.path)/\(name)"))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    var passes = 0
    #expect(try share { if $0 == 1 { passes += 1 } }.manifest == FakeFile.five.manifest)
    #expect(passes == 1)
  }

  @Test func aFileThatWasDamagedMeanwhileIsNotSent() throws {
    let shared = try share()
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.write(contentsOf: [FakeFile.five.bytes[0] ^ 1])
    try handle.close()
    #expect(throws: ProgramPeerError.self) { try shared.chunk(0) }
    #expect(try shared.chunk(1) == FakeFile.five.chunk(1))
  }

  @Test func anEmptyFileIsNotShared() throws {
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(throws: ProgramPeerError.self) { try share() }
  }
}
