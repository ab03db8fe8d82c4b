import Foundation
import Hashing
import Receipts
import StrictJSON

@testable import Wallet

/// A home of its own for one test, removed with it, and keys whose passphrases cost nothing to try.
final class TestWallet {
  let home: String
  let keystore: Keystore

  init() throws {
    home = FileManager.default.temporaryDirectory.path + "/razao-wallet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    keystore = Keystore(home: home, cost: .cheap)
  }

  deinit { try? FileManager.default.removeItem(atPath: home) }

  func path(_ name: String) -> String { "\(home)/wallet/\(name).json" }

  func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// Overwrites a key's file and keeps its mode.
  func write(_ text: String, to name: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  /// Changes one member of a key's file; `name.member` reaches into an object.
  func set(_ member: String, to value: JSON?, in name: String) throws {
    guard var file = try JSON.parse(Array(text(name).utf8)).object else { return }
    let parts = member.split(separator: ".").map(String.init)
    if parts.count == 1 {
      file[member] = value
    } else {
      var inner = file[parts[0]]?.object ?? [:]
      inner[parts[1]] = value
      file[parts[0]] = .object(inner)
    }
    try write(JSON.object(file).text, to: name)
  }

  func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
  }

  func setMode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }
}

extension ScryptCost {
  /// Tests try many passphrases.
  static var cheap: ScryptCost {
    guard let cost = ScryptCost(rounds: 16, blockSize: 1, parallelism: 1) else { return .standard }
    return cost
  }
}

func secret(_ text: String) -> Secret { Secret(copying: Array(text.utf8)) }

func passphrase(_ text: String = "correct horse") throws -> Passphrase { try Passphrase(secret(text)) }

func name(_ text: String = "alice") throws -> KeyName { try KeyName(text) }

/// Test 1 of RFC 8032, section 7.1.
enum RFC8032 {
  static let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
  static let publicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

  static func key() throws -> PublicKey {
    try PublicKey([UInt8](hex: publicKey) ?? []) ?? { throw WalletError.badSeed }()
  }
}
