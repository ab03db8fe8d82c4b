import Foundation
import Hashing
import Node
import Receipts
import Testing
import Wallet

@Suite struct IdentityFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func anIdentityIsMadeOnceAndKept() throws {
    let first = try IdentityFile.loadOrMake(home: folder.path + "/a/b")
    let second = try IdentityFile.loadOrMake(home: folder.path + "/a/b")
    #expect(first.publicKey == second.publicKey)
    #expect(first.certificate.der == second.certificate.der)
    #expect(first.certificate.isSigned(by: first.publicKey))
  }

  @Test func onlyTheOwnerMayReadIt() throws {
    _ = try IdentityFile.loadOrMake(home: folder.path)
    let path = folder.path + "/identity.json"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(throws: HomeError.readableByOthers(path: path)) { try IdentityFile.loadOrMake(home: folder.path) }
  }

  @Test func nothingElseIsLeftInTheFolder() throws {
    _ = try IdentityFile.loadOrMake(home: folder.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["identity.json"])
  }

  @Test func manyAtOnceEndWithTheSame() async throws {
    let home = folder.path
    let keys = try await withThrowingTaskGroup(of: PublicKey.self) { group in
      for _ in 0..<8 { group.addTask { try IdentityFile.loadOrMake(home: home).publicKey } }
      return try await group.reduce(into: Set<PublicKey>()) { $0.insert($1) }
    }
    #expect(keys.count == 1)
  }

  @Test(arguments: ["", "{}", #"{"version":2}"#, #"{"version":1,"signing_key":"00"}"#, "\u{0}"])
  func aBrokenFileIsNamed(_ text: String) throws {
    let path = folder.path + "/identity.json"
    #expect(try PrivateFile.create(Array(text.utf8), at: path))
    #expect(throws: HomeError.self) { try IdentityFile.loadOrMake(home: folder.path) }
  }

  @Test func aHomeThatCannotBeMadeIsOneLine() {
    #expect(throws: HomeError.self) { try IdentityFile.loadOrMake(home: "/proc/razao") }
    #expect(throws: HomeError.self) { try IdentityFile.loadOrMake(home: "/dev/null/razao") }
  }

  @Test func createRefusesAFileThatExists() throws {
    let path = folder.path + "/f"
    #expect(try PrivateFile.create([1], at: path))
    #expect(try !PrivateFile.create([2], at: path))
    #expect(try PrivateFile.read(path) == [1])
    try PrivateFile.replace([3], at: path)
    #expect(try PrivateFile.read(path) == [3])
    #expect(try PrivateFile.read(folder.path + "/none") == nil)
    #expect(throws: HomeError.self) { try PrivateFile.read(path, limit: 0) }
  }
}

@Suite struct IdentityDocumentTests {
  let identity: NodeIdentity
  let document: IdentityDocument
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    identity = try IdentityFile.loadOrMake(home: folder.path)
    let program = ServedProgram(
      root: FakeEngine.root, name: "fake-1", context: 512, price: Prices(prompt: 1, answer: 2))
    document = IdentityDocument(identity: identity, network: NetworkName.local, programs: [program])
  }

  @Test func itSurvivesJSON() throws {
    let read = try IdentityDocument(document.json.encoded())
    #expect(read == document)
    try read.verify(network: NetworkName.local, expectedKey: identity.publicKey)
  }

  @Test func programsAreFoundByNameAndRoot() {
    #expect(document.program("fake-1") != nil)
    #expect(document.program(FakeEngine.root.hex) != nil)
    #expect(document.program("fake-2") == nil)
  }

  @Test func aSwappedCertificateIsRefused() throws {
    let other = try IdentityFile.loadOrMake(home: folder.path + "/other")
    var forged = document
    forged.certificate.der = other.certificate.der
    #expect(throws: IdentityError.certificateNotSigned) { try forged.verify(network: NetworkName.local) }
    forged.certificate = other.certificate
    #expect(throws: IdentityError.certificateNotSigned) { try forged.verify(network: NetworkName.local) }
  }

  @Test func anotherNetworkOrKeyIsRefused() throws {
    #expect(throws: IdentityError.otherNetwork) { try document.verify(network: .zero) }
    let other = try IdentityFile.loadOrMake(home: folder.path + "/other")
    #expect(throws: IdentityError.self) {
      try document.verify(network: NetworkName.local, expectedKey: other.publicKey)
    }
  }

  @Test(arguments: ["version", "network", "key", "certificate", "signature", "programs"])
  func aMissingMemberIsRefused(_ member: String) throws {
    var json = try #require(document.json.object)
    json[member] = nil
    #expect(throws: IdentityError.self) { try IdentityDocument(json: .object(json)) }
    json[member] = .string("zz")
    #expect(throws: IdentityError.self) { try IdentityDocument(json: .object(json)) }
  }

  @Test func noBytesTrap() {
    let bytes = document.json.encoded()
    for index in stride(from: 0, to: bytes.count, by: 7) {
      var broken = bytes
      broken[index] ^= 0x15
      let read = try? IdentityDocument(broken)
      #expect(read != document || read == nil)
      _ = try? IdentityDocument(Array(bytes.prefix(index)))
    }
  }
}
