import Hashing

/// States what one RAZ costs. Registered reporters alone may.
///
/// Fields: price u64, microcredits for one RAZ.
/// Checks: the price is 1 to 10¹² (106); the sender is a registered reporter (105).
/// Effects: the report replaces the reporter's last one. A median that it moves too far from the epoch's first one stops
/// the trade of credits until the epoch's end.
public struct ReportPrice: Message {
  public static let kind: UInt16 = 7
  public static let name = "reportPrice"
  public static let scope = KeyScope.oracle

  /// Microcredits for one RAZ.
  public var price: UInt64

  public init(price: UInt64) {
    self.price = price
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(price: try reader.read())
  }

  public func write(to writer: inout ByteWriter) { writer.write(price) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard Oracle.prices.contains(price) else { throw Refusal(.badPrice, "\(price) microcredits") }
    guard var oracle = ledger.state.get(.oracle),
      let index = oracle.reporters.firstIndex(where: { $0.account == sender.account })
    else { throw Refusal(.notReporter) }
    let epoch = ledger.currentEpoch
    oracle.enter(epoch: epoch, now: ledger.block.time, parameters: ledger.parameters)
    oracle.reporters[index].price = price
    oracle.reporters[index].time = ledger.block.time
    oracle.enter(epoch: epoch, now: ledger.block.time, parameters: ledger.parameters)
    ledger.state.set(.oracle, oracle)
    ledger.emit("priceReported", [MessageField("account", sender.account), MessageField("price", price)])
  }

  public var fields: [MessageField] { [MessageField("price", price)] }
}
