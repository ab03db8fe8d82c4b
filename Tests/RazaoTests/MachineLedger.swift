import Foundation
import Hashing
import Ledger
import Receipts
import StrictJSON

@testable import Wallet
@testable import razao

/// A ledger in memory: every transaction that the check takes is a block of its own.
actor MachineLedger: LedgerClient, LedgerPages {
  private var machine: LedgerMachine
  private var entries: [(height: UInt64, transaction: Digest?, entry: Entry)] = []
  private var places: [Digest: TransactionPlace] = [:]
  private var keys: Set<[UInt8]> = []
  /// What the pages say of the first entry's amount beside the truth.
  private var lie: Int128 = 0

  init(_ genesis: Genesis) throws {
    let (machine, first) = try LedgerMachine.start(genesis)
    self.machine = machine
    entries = first.entries.map { (0, nil, $0) }
    keys = Set(first.changes.map(\.key))
  }

  func tell(_ lie: Int128) { self.lie = lie }

  func status() async throws(LedgerClientError) -> LedgerStatus {
    LedgerStatus(
      chainID: machine.chainID, engine: .embedded, height: machine.height, time: machine.time, appHash: machine.appHash)
  }

  func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest {
    let checked = machine.checkTransaction(transaction)
    if let refusal = checked.refusal { throw .refused(code: refusal.code.number, detail: "\(refusal)") }
    let height = machine.height + 1
    do throws(LedgerFault) {
      let result = try machine.finalizeBlock(
        Block(height: height, time: machine.time + 1_000, hash: .zero, transactions: [transaction]))
      machine.commit()
      keys.formUnion(result.changes.map(\.key))
      entries += result.entries.map { (height, nil, $0) }
      for each in result.results {
        entries += each.entries.map { (height, each.id, $0) }
        places[each.id] = TransactionPlace(
          id: each.id, height: height, code: each.code, detail: each.refusal?.detail ?? "")
      }
    } catch { throw .unreachable("\(error)") }
    return checked.id
  }

  func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace {
    guard let place = places[id] else { throw .timeout("no block has it") }
    return place
  }

  func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue { machine.query(key) }

  func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent] { [] }

  func list(
    _ table: StateTable, after cursor: [UInt8], limit: Int
  ) async throws(LedgerClientError) -> [(key: [UInt8], value: [UInt8])] {
    keys.filter { $0.first == table.rawValue && cursor.lexicographicallyPrecedes($0) }
      .sorted { $0.lexicographicallyPrecedes($1) }
      .compactMap { key in machine.committed.value(key).map { (key: key, value: $0) } }.prefix(limit).map { $0 }
  }

  func page(_ path: String) async throws(LedgerClientError) -> JSON? {
    let parts = path.split(whereSeparator: { "/?&=".contains($0) }).map(String.init)
    guard parts.count >= 6, parts[1] == "accounts", parts[3] == "entries" else { return nil }
    let before = parts.count == 8 ? Int(parts[7]) ?? 0 : .max
    let all = entries.enumerated().filter { $0.element.entry.account.hex == parts[2] && $0.offset < before }
    // Two a page, so that every history is read in several; newest first.
    let list = all.suffix(2).reversed().map { offset, entry -> JSON in
      [
        "sequence": JSON(offset), "height": JSON(entry.height), "token": .string("\(entry.entry.token)"),
        "position": entry.transaction == nil ? .null : 0,
        "amount": .string("\(entry.entry.amount + (offset == 0 ? lie : 0))"),
        "cause": .string(entry.entry.cause.rawValue), "reference": .string(entry.entry.reference.hex),
      ]
    }
    return ["entries": .array(list), "next": all.count > 2 ? JSON(all[all.count - 2].offset) : .null]
  }
}

/// A home with one key and a ledger on which its account has 100 RAZ and 5 credits.
struct FundedWallet {
  let home: String
  let key: StoredKey
  let ledger: MachineLedger

  static let other = taggedHash("test/account", [1])

  init() throws {
    home = FileManager.default.temporaryDirectory.path + "/razao-cli-\(UUID().uuidString)"
    // Unlocking takes the cost that the file states.
    guard let cost = ScryptCost(rounds: 16, blockSize: 1, parallelism: 1) else { throw WalletError.badSeed }
    key = try Keystore(home: home, cost: cost).make(KeyName("main"), passphrase: Self.passphrase())
    ledger = try MachineLedger(
      Genesis(
        chainID: "test-1", holders: [.init(account: key.account, raz: 100_000_000_000, credit: 5_000_000)], time: 1))
  }

  static func passphrase() throws -> Passphrase { try Passphrase(Secret(copying: Array("pass".utf8))) }

  var connection: LedgerConnection { LedgerConnection(url: "http://test", client: ledger, pages: ledger) }

  func sender(_ arguments: String...) throws -> TransactionSender {
    TransactionSender(
      options: try SendingOptions.parse(["--home", home] + arguments), client: ledger,
      passphrase: { _ in try Self.passphrase() })
  }

  func remove() { try? FileManager.default.removeItem(atPath: home) }
}
