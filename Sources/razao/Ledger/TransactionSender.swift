import Hashing
import Ledger
import Receipts
import StrictJSON
import Wallet

/// Takes messages from the command line to the ledger: number, fee, signature, submission, the block.
struct TransactionSender {
  let options: SendingOptions
  let client: any LedgerClient
  /// Asks for the passphrase of a key.
  var passphrase: @Sendable (StoredKey) throws -> Passphrase = { try SecretInput.passphrase(of: "\($0.name)") }

  /// Sends messages in one transaction, or shows it when it is a dry run.
  /// - Parameter sentence: what the transaction does, for people.
  func send(_ messages: [any Message], _ sentence: String) async throws {
    let words = try await prepare(messages, sentence)
    if options.dryRun { return show(words) }
    let id = try await client.submit(words.bytes)
    guard id == words.id else {
      throw LedgerClientError.unverified("it names the transaction \(id), which is \(words.id)")
    }
    guard options.wait else { return taken(words) }
    try report(try await place(of: id), words)
  }

  /// The signed transaction.
  func prepare(_ messages: [any Message], _ sentence: String) async throws -> TransactionWords {
    let key = try options.ledger.key(options.from)
    let draft = try await draft(messages, key: key)
    return TransactionWords(transaction: draft, bytes: try sign(draft, with: key), sentence: sentence)
  }

  /// The transaction without its signature.
  func draft(_ messages: [any Message], key: StoredKey) async throws -> Transaction {
    let status = try await client.status()
    let nonce: UInt64
    if let given = options.nonce {
      nonce = given
    } else {
      nonce = try await client.get(.account(key.account))?.nonce ?? 0
    }
    var transaction = Transaction(
      chain: status.chain, account: key.account, key: key.publicKey, nonce: nonce, fee: options.fee?.grains ?? 0,
      expiryHeight: options.expiresIn == 0 ? 0 : status.height &+ options.expiresIn, messages: messages)
    if options.fee == nil {
      let parameters = try await client.get(.parameters) ?? Parameters()
      transaction.fee = parameters.fee(byteCount: transaction.unsigned.count + 64)
    }
    return transaction
  }

  private func sign(_ transaction: Transaction, with key: StoredKey) throws -> [UInt8] {
    let signing = try options.ledger.keystore.unlock(key.name, passphrase: passphrase(key))
    return try transaction.signed(with: signing)
  }

  private func place(of id: Digest) async throws -> TransactionPlace {
    let (client, timeout) = (client, options.timeout)
    return try await Waiting.during("waiting for the block") {
      try await client.place(of: id, timeout: .seconds(timeout))
    }
  }

  private func show(_ words: TransactionWords) {
    if options.ledger.json {
      var json = words.json
      json["dry_run"] = true
      Terminal.json(.object(json))
    } else {
      words.lines.forEach(Terminal.line)
      Terminal.note("dry run: nothing was sent")
    }
  }

  private func taken(_ words: TransactionWords) {
    if options.ledger.json {
      Terminal.json(["id": .string(words.id.hex), "fee": JSON(words.transaction.fee), "height": .null])
    } else {
      Terminal.line("\(words.id)")
      Terminal.note("sent: \(words.sentence); see what became of it: razao ledger transaction \(words.id)")
    }
  }

  private func report(_ place: TransactionPlace, _ words: TransactionWords) throws {
    if options.ledger.json, place.code == 0 {
      Terminal.json([
        "id": .string(place.id.hex), "fee": JSON(words.transaction.fee), "height": JSON(place.height), "code": 0,
      ])
    } else if place.code == 0 {
      Terminal.line("\(place.id)")
      Terminal.note("block \(place.height): \(words.sentence)")
    }
    guard place.code == 0 else {
      throw LedgerClientError.refused(code: place.code, detail: "block \(place.height): \(place.detail)")
    }
  }
}

extension SendingOptions {
  /// Sends messages to the ledger that the options name.
  /// - Parameter prepare: makes the messages and the sentence, with the ledger at hand.
  func send(
    _ prepare: @Sendable (LedgerConnection) async throws -> (messages: [any Message], sentence: String)
  ) async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let (messages, sentence) = try await prepare(connection)
      try await TransactionSender(options: self, client: connection.client).send(messages, sentence)
    }
  }
}
