import ArgumentParser
import Hashing
import Ledger
import Receipts
import StrictJSON

/// `razao ledger prove`.
struct LedgerProve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Write a proof of what the ledger's state holds at a key, or that it holds nothing.",
    discussion: """
      A key is a table's name, a slash and an identifier; an account may be a key's name here. Or it is the bytes of \
      the key as hexadecimal digits.

      EXAMPLES
        razao ledger prove account/main
        razao ledger prove parameters --output parameters.proof
        razao ledger verify-proof parameters.proof
      """)

  @Argument(help: "The key: parameters, account/ID, stake/ID, channel/ID, …") var key: String
  @Option(help: "The file to write.") var output: String = "proof.json"
  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let key = try StateKeyArgument.parse(key, account: ledger.account)
      let file = try await connection.proof(of: key).with(connection)
      try Files.write(file.encoded, to: output)
      ProofReport(file: file).show(json: ledger.json)
      if !ledger.json { Terminal.note("written to \(output); check it anywhere: razao ledger verify-proof \(output)") }
    }
  }
}

/// `razao ledger verify-proof`.
struct LedgerVerifyProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-proof", abstract: "Check a proof file without any ledger.",
    discussion: """
      The proof holds under the app hash that the file states. That this is the ledger's own app hash must come from \
      elsewhere: give it with --app-hash, from a block that you trust, or give the key of the one operator who signs \
      the blocks of an embedded ledger.

      EXAMPLES
        razao ledger verify-proof proof.json
        razao ledger verify-proof proof.json --app-hash 7d…64 digits…01
        razao ledger verify-proof proof.json --operator-key 41…64 digits…aa
      """)

  @Argument(help: "The proof file.") var file: String
  @Option(help: "The app hash that the proof must lead to.") var appHash: DigestArgument?
  @Option(help: "The operator's key, which must have signed the block: 64 hexadecimal digits.") var operatorKey: String?
  @Flag(help: "Print as JSON.") var json = false

  func run() async throws {
    try await LedgerAccess.reporting(json: json) {
      let proof = try ProofFile(decoding: Files.read(file, limit: ProofFile.limits.byteCount), path: file)
      do { try proof.proven.verify() } catch { throw CommandFailure("\(file) proves nothing: \(error)", status: 1) }
      try checkRoot(of: proof)
      ProofReport(file: proof).show(json: json)
      if !json, appHash == nil, operatorKey == nil {
        Terminal.note("it holds under app hash \(proof.proven.appHash); compare that with a block that you trust")
      }
    }
  }

  /// Whether the app hash is the one that is trusted, or one that the trusted operator has signed.
  private func checkRoot(of proof: ProofFile) throws {
    if let expected = appHash?.digest, expected != proof.proven.appHash {
      throw CommandFailure("\(file) leads to app hash \(proof.proven.appHash), not to \(expected)", status: 1)
    }
    guard let operatorKey else { return }
    guard let bytes = [UInt8](hex: operatorKey), let key = PublicKey(bytes) else {
      throw CommandFailure("--operator-key must be 64 hexadecimal digits", status: 64)
    }
    if let what = proof.headerFault(operatorKey: key) {
      throw CommandFailure("\(file) is not the operator's: \(what)", status: 1)
    }
  }
}

extension LedgerConnection {
  /// A value with its proof, which is checked.
  func proof(of key: [UInt8]) async throws -> ProofFile {
    let status = try await client.status()
    let proven = try await client.query(key)
    guard proven.key == key else { throw LedgerClientError.unverified("it answers for another key") }
    try proven.verify()
    let file = ProofFile(chainID: status.chainID, engine: status.engine, proven: proven)
    return file
  }
}

/// What a proof that holds shows.
struct ProofReport {
  let file: ProofFile

  var json: JSON {
    let proven = file.proven
    return [
      "holds": true, "chain": .string(file.chainID), "engine": .string(file.engine.rawValue),
      "height": JSON(proven.height), "app_hash": .string(proven.appHash.hex),
      "key": .string(StateKeyArgument.words(proven.key)), "present": .bool(proven.value != nil),
      "record": proven.value.flatMap { RecordFields.json(key: proven.key, value: $0) } ?? .null,
    ]
  }

  var lines: [String] {
    let proven = file.proven
    let key = StateKeyArgument.words(proven.key)
    let place = "in the state after block \(proven.height) of \(JSONLines.printable(file.chainID))"
    guard let value = proven.value else { return ["\(key) is absent \(place)"] }
    guard let record = RecordFields.json(key: proven.key, value: value) else {
      return ["\(key) is present \(place)", "  \(value.hex)"]
    }
    return ["\(key) is present \(place)"] + JSONLines.lines(record, indent: 2)
  }

  func show(json isJSON: Bool) {
    if isJSON { Terminal.json(json) } else { lines.forEach(Terminal.line) }
  }
}
