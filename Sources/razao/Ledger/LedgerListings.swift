import ArgumentParser
import Hashing
import Ledger
import StrictJSON

/// `razao ledger providers`.
struct LedgerProviders: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "providers", abstract: "Show the registered providers: endpoint, programs, prices, stake.",
    discussion: """
      EXAMPLES
        razao ledger providers
        razao ledger providers --json --limit 10
      """)

  @OptionGroup var listing: ListingOptions

  func run() async throws { try await listing.show(.provider, "providers") }
}

/// `razao ledger programs`.
struct LedgerPrograms: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "programs", abstract: "Show the registered programs: root, publisher, royalty, licence.",
    discussion: """
      EXAMPLES
        razao ledger programs
        razao ledger programs --json
      """)

  @OptionGroup var listing: ListingOptions

  func run() async throws { try await listing.show(.program, "programs") }
}

/// What every listing of a table takes.
struct ListingOptions: ParsableArguments {
  @OptionGroup var ledger: LedgerOptions
  @Option(help: "How many at most.") var limit: Int = 1_000

  func validate() throws {
    guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be 1 to 100000.") }
  }

  /// Prints a table's records; they come without proof.
  func show(_ table: StateTable, _ name: String) async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let records = try await connection.records(table, limit: limit)
      let json = JSON.array(records.map(\.json))
      if ledger.json {
        Terminal.json(.object(JSONObject([.init(name: name, value: json)])))
      } else {
        for record in records {
          JSONLines.lines(record.json).forEach(Terminal.line)
          Terminal.line("")
        }
        Terminal.note("\(records.count) \(name); a proof of one: razao ledger prove \(table)/ID")
      }
    }
  }
}

/// A record and its identifier.
struct ListedRecord: Equatable {
  let key: [UInt8]
  let value: [UInt8]

  var json: JSON {
    var object: JSONObject = ["id": .string(key.dropFirst().hex)]
    for member in RecordFields.json(key: key, value: value)?.object?.members ?? [] {
      object[member.name] = member.value
    }
    return .object(object)
  }
}

extension LedgerConnection {
  /// Records of a table in the order of their keys.
  /// - Parameters:
  ///   - prefix: what the identifier begins with.
  ///   - limit: at most so many.
  func records(_ table: StateTable, prefix: [UInt8] = [], limit: Int) async throws -> [ListedRecord] {
    let start = [table.rawValue] + prefix
    var records: [ListedRecord] = []
    // A listing begins after its cursor, and no identifier is only its prefix.
    var cursor = prefix.isEmpty ? [] : start
    while records.count < limit {
      let page = try await client.list(table, after: cursor, limit: min(1_000, limit - records.count))
      for (key, value) in page {
        guard key.starts(with: start) else { return records }
        guard cursor.lexicographicallyPrecedes(key) else {
          throw LedgerClientError.unverified("its listing is not in the order of keys")
        }
        records.append(ListedRecord(key: key, value: value))
        cursor = key
      }
      if page.isEmpty { break }
    }
    return records
  }
}
