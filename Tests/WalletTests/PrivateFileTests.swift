import Foundation
import Testing

@testable import Wallet

@Suite struct PrivateFileTests {
  let wallet: TestWallet

  init() throws { wallet = try TestWallet() }

  @Test func aFileIsCreatedOnceReplacedAndRemoved() throws {
    let path = wallet.home + "/f"
    #expect(try PrivateFile.create([1], at: path))
    #expect(try !PrivateFile.create([2], at: path))
    #expect(try PrivateFile.read(path) == [1])
    try PrivateFile.replace([3], at: path)
    #expect(try PrivateFile.read(path) == [3])
    #expect(try wallet.mode(path) == 0o600)
    #expect(try PrivateFile.remove(path))
    #expect(try !PrivateFile.remove(path))
    #expect(try PrivateFile.read(path) == nil)
  }

  @Test func manyAtOnceLeaveOneFile() async throws {
    let path = wallet.home + "/f"
    let made = try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<8 { group.addTask { try PrivateFile.create([UInt8(index)], at: path) } }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(made == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: wallet.home) == ["f"])
  }

  @Test func linksAreFollowedOnlyWhereThatIsAllowed() throws {
    let path = wallet.home + "/f"
    let link = wallet.home + "/link"
    #expect(try PrivateFile.create([1], at: path))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(try PrivateFile.read(link) == [1])
    #expect(throws: HomeError.unusable(path: link, reason: "it is a symbolic link")) {
      try PrivateFile.read(link, followsLinks: false)
    }
  }

  @Test func aFolderThatCannotBeMadeIsOneLine() {
    #expect(throws: HomeError.self) { try PrivateFile.makeFolder("/proc/razao") }
    #expect(throws: HomeError.self) { try PrivateFile.replace([1], at: "/proc/razao") }
    #expect(throws: HomeError.self) { try PrivateFolder.make("/dev/null/wallet") }
  }

  @Test func aFileInPlaceOfTheFolderIsRefused() throws {
    #expect(try PrivateFile.create([1], at: wallet.home + "/wallet"))
    #expect(throws: WalletError.self) { try wallet.keystore.list() }
    #expect(throws: WalletError.self) { try wallet.keystore.make(name(), passphrase: passphrase()) }
  }
}
