import Ledger

/// Figures in Prometheus' text format (version 0.0.4), written out by hand.
///
/// Our dependencies bring an interface for metrics but nothing that renders them for Prometheus; a dozen figures that the
/// ledger keeps anyway do not justify another package.
struct LedgerMetrics {
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  let status: LedgerStatus
  let figures: LedgerFigures
  /// Transactions that this service took or refused before a block, by code.
  let submitted: [UInt32: UInt64]

  var text: String {
    var text = ""
    family("razao_ledger_info", "gauge", "The chain and what drives it.", into: &text) {
      line("razao_ledger_info", [("chain_id", status.chainID), ("engine", status.engine.rawValue)], "1")
    }
    single("razao_ledger_height", "gauge", "Height of the last block.", String(status.height), into: &text)
    single(
      "razao_ledger_block_time_seconds", "gauge", "Time of the last block, seconds since 1970.",
      Self.decimal(status.time, 3), into: &text)
    family("razao_ledger_transactions_total", "counter", "Transactions in blocks, by code.", into: &text) {
      figures.transactions.map { line("razao_ledger_transactions_total", [("code", "\($0.code)")], "\($0.count)") }
        .joined()
    }
    family("razao_ledger_submitted_total", "counter", "Transactions handed in here, by code.", into: &text) {
      submitted.sorted { $0.key < $1.key }
        .map { line("razao_ledger_submitted_total", [("code", "\($0.key)")], "\($0.value)") }.joined()
    }
    single(
      "razao_ledger_mempool", "gauge", "Transactions that wait for a block.", figures.waiting.map { "\($0)" },
      into: &text)
    single(
      "razao_ledger_state_entries", "gauge", "Records of the state.", figures.stateEntries.map { "\($0)" }, into: &text)
    single(
      "razao_ledger_store_bytes", "gauge", "Bytes of the ledger's files.", figures.storeBytes.map { "\($0)" },
      into: &text)
    single(
      "razao_ledger_blocks_total", "counter", "Blocks worked out here.", figures.blocks.map { "\($0)" }, into: &text)
    single(
      "razao_ledger_block_seconds_total", "counter", "Time that working blocks out took.",
      figures.blockMicroseconds.map { Self.decimal($0, 6) }, into: &text)
    return text
  }

  private func single(_ name: String, _ type: String, _ help: String, _ value: String?, into text: inout String) {
    guard let value else { return }
    family(name, type, help, into: &text) { line(name, [], value) }
  }

  private func family(
    _ name: String, _ type: String, _ help: String, into text: inout String, _ lines: () -> String
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n" + lines()
  }

  private func line(_ name: String, _ labels: [(String, String)], _ value: String) -> String {
    let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    return list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
  }

  /// Backslash, quote and line feed.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// `value · 10^−places`, exactly.
  static func decimal(_ value: UInt64, _ places: Int) -> String {
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return "\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}
