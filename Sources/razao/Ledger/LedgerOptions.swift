import ArgumentParser
import Foundation
import Hashing
import Ledger
import Receipts
import StrictJSON
import Wallet

/// Where the ledger and the keys are; every command about them takes these.
struct LedgerOptions: ParsableArguments {
  @Option(help: "The ledger. Default: RAZAO_LEDGER, what HOME/ledger.json names, or http://127.0.0.1:8090.")
  var ledger: String?
  @Option(help: "Where keys are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Flag(help: "Print as JSON.") var json = false

  var homeFolder: String { Files.home(home) }

  var keystore: Keystore { Keystore(home: homeFolder) }

  /// The ledger that is meant. What HOME/ledger.json knows of it holds for the URL that it names and no other.
  func target() throws -> LedgerTarget {
    let environment = ProcessInfo.processInfo.environment["RAZAO_LEDGER"].flatMap { $0.isEmpty ? nil : $0 }
    guard let named = ledger ?? environment else {
      return try LedgerTarget.configured(home: homeFolder) ?? LedgerTarget(url: LedgerTarget.standardURL)
    }
    let target = try LedgerTarget(url: named)
    guard let configured = try? LedgerTarget.configured(home: homeFolder), configured.url == target.url else {
      return target
    }
    return configured
  }

  /// An account: 64 hexadecimal digits, the name of a key of this machine, or a service of this home by its folder, as
  /// `razao up` makes them: `purse`, `gateway`, `providers/1`.
  func account(_ text: String) throws -> Digest {
    if let id = Digest(hex: text) { return id }
    if let name = try? KeyName(text) {
      do { return try keystore.key(name).account } catch WalletError.noSuchKey {}
    }
    if let account = try identity(text)?.account { return account }
    throw CommandFailure(
      "'\(JSONLines.printable(text))' is no account's 64 hexadecimal digits, no key in \(keystore.folder), "
        + "and no service of \(homeFolder)", status: 64)
  }

  /// The key of a service whose folder lies in this home.
  private func identity(_ folder: String) throws -> PublicKey? {
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ (try? KeyName($0)) != nil }),
      var bytes = try PrivateFile.read("\(homeFolder)/\(folder)/identity.json")
    else { return nil }
    defer { Secret.wipe(&bytes) }
    guard let seed = (try? JSON.parse(bytes))?["signing_key"]?.string.flatMap({ [UInt8](hex: $0) }),
      let key = SigningKey(seed: seed)
    else { return nil }
    return key.publicKey
  }

  /// A public key: 64 hexadecimal digits, or the name of a key of this machine.
  func publicKey(_ text: String) throws -> PublicKey {
    if let bytes = [UInt8](hex: text), let key = PublicKey(bytes) { return key }
    guard let name = try? KeyName(text) else {
      throw CommandFailure("'\(text)' is neither a public key's 64 hexadecimal digits nor a key's name", status: 64)
    }
    return try keystore.key(name).publicKey
  }

  /// The key that is meant: the named one, or the only one, or the only cold one.
  func key(_ name: String?) throws -> StoredKey {
    if let name { return try keystore.key(KeyName(name)) }
    let keys = try keystore.list().keys
    guard let first = keys.first else {
      throw CommandFailure("there is no key in \(keystore.folder); make one: razao wallet new main", status: 66)
    }
    let cold = keys.filter { $0.role == .cold }
    if keys.count > 1, cold.count == 1 { return cold[0] }
    guard keys.count == 1 else {
      throw CommandFailure("which key? --from \(keys.map { "\($0.name)" }.joined(separator: "|"))", status: 64)
    }
    return first
  }
}

/// How a transaction is sent; every command that sends one takes these.
struct SendingOptions: ParsableArguments {
  @OptionGroup var ledger: LedgerOptions
  @Option(help: "The key that signs. Default: the only one there is, or the only cold one.") var from: String?
  @Option(help: "The fee in RAZ. Default: the least that the ledger takes.") var fee: RazAmount?
  @Option(help: "The transaction's number in its account. Default: the next one.") var nonce: UInt64?
  @Option(help: "In how many blocks it may still apply; 0 for ever.") var expiresIn: UInt64 = 600
  @Flag(help: "Print the signed transaction, its id and its fee; send nothing.") var dryRun = false
  @Flag(help: "Wait until it is in a block.") var wait = false
  @Option(help: "How many seconds to wait at most.") var timeout: Int = 60

  func validate() throws {
    guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout must be 1 to 86400.") }
    guard expiresIn <= 1 << 40 else { throw ValidationError("--expires-in is more blocks than there will be.") }
  }
}
