import Foundation
import GRDB
import Hashing
import Receipts

/// What can be redeemed of a channel: the voucher, and the receipts that it pays.
package struct Redemption: Equatable, Sendable {
  /// A receipt, and what the voucher pays for it.
  package struct Line: Equatable, Sendable {
    package var receipt: Digest
    package var program: Digest
    /// Microcredits.
    package var amount: UInt64
  }

  package var channel: Digest
  /// A signed voucher's bytes.
  package var voucher: [UInt8]
  package var lines: [Line]
}

extension ProviderBooks {
  /// Keeps a voucher that was checked, when it is the highest of its channel or states a receipt's sum exactly; so a
  /// channel never has more vouchers than receipts, and one.
  package func keep(_ voucher: SignedVoucher) throws(StoreError) {
    let (channel, cumulative) = (Data(voucher.body.channel.bytes), Int64(bitPattern: voucher.body.cumulative))
    try write { database in
      let isExact =
        try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM receipt WHERE channel = ? AND channelOwed = ?)",
          arguments: [channel, cumulative]) ?? false
      let highest = try Int64.fetchOne(
        database, sql: "SELECT MAX(cumulative) FROM voucher WHERE channel = ?", arguments: [channel])
      guard isExact || cumulative > highest ?? 0 else { return }
      try database.execute(
        sql: "INSERT OR IGNORE INTO voucher (channel, cumulative, bytes) VALUES (?, ?, ?)",
        arguments: [channel, cumulative, Data(voucher.encoded())])
      guard let highest, cumulative > highest else { return }
      try database.execute(
        sql: """
          DELETE FROM voucher WHERE channel = ?1 AND cumulative = ?2 AND NOT EXISTS
            (SELECT 1 FROM receipt WHERE receipt.channel = ?1 AND receipt.channelOwed = ?2)
          """, arguments: [channel, highest])
    }
  }

  /// The highest amount that a channel has promised; 0 for none.
  package func promised(_ channel: Digest) throws(StoreError) -> UInt64 {
    try read { database in
      let value = try Int64.fetchOne(
        database, sql: "SELECT MAX(cumulative) FROM voucher WHERE channel = ?", arguments: [Data(channel.bytes)])
      return UInt64(bitPattern: value ?? 0)
    }
  }

  /// What of a channel's receipts can be redeemed, before or now: the highest sum of receipts that a voucher states
  /// exactly. A voucher that states no such sum cannot be split into receipts.
  package func covered(_ channel: Digest) throws(StoreError) -> UInt64 {
    try read { database in
      let value = try Int64.fetchOne(
        database,
        sql: """
          SELECT MAX(voucher.cumulative) FROM voucher WHERE voucher.channel = ?1 AND EXISTS
            (SELECT 1 FROM receipt WHERE receipt.channel = ?1 AND receipt.channelOwed = voucher.cumulative)
          """, arguments: [Data(channel.bytes)])
      return UInt64(bitPattern: value ?? 0)
    }
  }

  /// Whether a request was answered before.
  package func knows(_ id: RequestID) throws(StoreError) -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM receipt WHERE requestID = ?)", arguments: [Data(id.bytes)])
        ?? false
    }
  }

  /// Channels with receipts that are paid and not redeemed.
  package func redeemableChannels() throws(StoreError) -> [Digest] {
    try read { database in
      try Data.fetchAll(
        database, sql: "SELECT DISTINCT channel FROM receipt WHERE redeemed = 0 AND amount > 0 ORDER BY channel"
      ).compactMap { Digest($0) }.filter { $0 != .zero }
    }
  }

  /// The receipts of a channel, in their order, up to the last one whose sum a voucher states exactly.
  /// - Parameter limit: receipts in one transaction.
  package func redemption(_ channel: Digest, limit: Int = 200) throws(StoreError) -> Redemption? {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT receipt.hash AS hash, receipt.program AS program, receipt.amount AS amount, voucher.bytes AS voucher
          FROM receipt LEFT JOIN voucher
            ON voucher.channel = receipt.channel AND voucher.cumulative = receipt.channelOwed
          WHERE receipt.channel = ? AND receipt.redeemed = 0 AND receipt.amount > 0
          ORDER BY receipt.sequence LIMIT ?
          """, arguments: [Data(channel.bytes), limit])
      guard let last = rows.lastIndex(where: { ($0["voucher"] as Data?) != nil }),
        let voucher = rows[last]["voucher"] as Data?
      else { return nil }
      let lines = rows[...last].map { row in
        Redemption.Line(receipt: row.digest("hash"), program: row.digest("program"), amount: row.unsigned("amount"))
      }
      return Redemption(channel: channel, voucher: [UInt8](voucher), lines: lines)
    }
  }

  /// What the highest voucher of a channel pays when no better one will come: the last receipt may be paid in part, and
  /// what is left of it is lost.
  /// - Parameters:
  ///   - redeemed: what the ledger has paid out of the channel, which earlier redemptions add up to.
  ///   - limit: receipts in one transaction.
  /// - Returns: `nil` when the receipts do not take all that the voucher adds.
  package func lastRedemption(
    _ channel: Digest, redeemed: UInt64, limit: Int = 200
  ) throws(StoreError) -> Redemption? {
    try read { database in
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT cumulative, bytes FROM voucher WHERE channel = ? ORDER BY cumulative DESC LIMIT 1",
          arguments: [Data(channel.bytes)]), row.unsigned("cumulative") > redeemed
      else { return nil }
      var left = row.unsigned("cumulative") - redeemed
      let receipts = try Row.fetchAll(
        database,
        sql: """
          SELECT hash, program, amount FROM receipt WHERE channel = ? AND redeemed = 0 AND amount > 0
          ORDER BY sequence LIMIT ?
          """, arguments: [Data(channel.bytes), limit])
      var lines: [Redemption.Line] = []
      for receipt in receipts where left > 0 {
        let amount = min(left, receipt.unsigned("amount"))
        left -= amount
        lines.append(
          Redemption.Line(receipt: receipt.digest("hash"), program: receipt.digest("program"), amount: amount))
      }
      return left == 0
        ? Redemption(channel: channel, voucher: [UInt8](row["bytes"] as Data? ?? Data()), lines: lines) : nil
    }
  }

  /// The receipts are settled on the ledger.
  package func redeemed(_ receipts: [Digest]) throws(StoreError) {
    try write { database in
      for hash in receipts {
        try database.execute(sql: "UPDATE receipt SET redeemed = 1 WHERE hash = ?", arguments: [Data(hash.bytes)])
      }
    }
  }
}
