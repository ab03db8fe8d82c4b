import GRDB
import Hashing
import Ledger

/// Writes what a block leaves behind beside the state: itself, its transactions, their entries and events.
struct HistoryWriter {
  private let database: Database
  private let block: Block
  private let transaction: SQLStatement
  private let event: SQLStatement
  private var entries: EntryChains

  init(_ database: Database, block: Block) throws {
    self.database = database
    self.block = block
    transaction = try SQLStatement(
      """
      INSERT INTO blockTransaction (id, height, position, code, detail, gas, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
      """, in: database)
    event = try SQLStatement(
      "INSERT INTO event (height, position, kind, attributes) VALUES (?, ?, ?, ?)", in: database)
    entries = try EntryChains(database, height: block.height)
  }

  /// Writes it all; the state of the block must be there already.
  mutating func write(_ result: BlockResult, blockHash: Digest, header: [UInt8]?) throws {
    let first = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM blockTransaction") ?? 0
    try SQLStatement(
      """
      INSERT INTO block (height, time, hash, appHash, header, firstTransaction, transactionCount)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """, in: database
    ).run(
      .number(block.height), .number(block.time), .digest(blockHash), .digest(result.appHash),
      header.map { .blob($0) } ?? .null, .integer(first + 1), .integer(Int64(result.results.count)))
    for (position, (bytes, outcome)) in zip(block.transactions, result.results).enumerated() {
      try write(outcome, bytes, position: Int64(position))
    }
    try write(result.entries, result.events, position: -1)
    try entries.finish()
  }

  private mutating func write(_ outcome: TransactionResult, _ bytes: [UInt8], position: Int64) throws {
    try transaction.run(
      .digest(outcome.id), .number(block.height), .integer(position), .integer(Int64(outcome.code)),
      .text(outcome.refusal?.description ?? ""), .number(outcome.gas), .blob(bytes))
    try write(outcome.entries, outcome.events, position: position)
  }

  private mutating func write(_ moved: [Entry], _ events: [LedgerEvent], position: Int64) throws {
    for each in moved { try entries.append(each, position: position) }
    for each in events {
      try event.run(
        .number(block.height), .integer(position), .text(each.kind), .blob(EventAttributes.encoded(each.attributes)))
    }
  }
}

/// The attributes of an event as stored: pairs of counted texts.
enum EventAttributes {
  static func encoded(_ attributes: [MessageField]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeList(attributes) { writer, field in
      writer.writeCounted(Array(field.name.utf8))
      writer.writeCounted(Array(field.value.utf8))
    }
    return writer.bytes
  }

  static func decoded(_ bytes: [UInt8]) throws(ByteReaderError) -> [MessageField] {
    var reader = ByteReader(bytes)
    let fields = try reader.readList(limit: 1 << 16, "attributes") { reader throws(ByteReaderError) in
      let name = try reader.readBytes(limit: 1 << 20, "name")
      let value = try reader.readBytes(limit: 1 << 20, "value")
      return MessageField(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
    try reader.finish()
    return fields
  }
}
