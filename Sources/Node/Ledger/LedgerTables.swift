import Hashing
import Ledger
import StrictJSON

/// The tables of the state by name, and their records' fields for people.
enum LedgerTables {
  /// In the order of their codes.
  static let names = StateTable.allCases.map { "\($0)" }

  static func table(named name: String) -> StateTable? { StateTable.allCases.first { "\($0)" == name } }

  /// The fields of a record that can be shown by name.
  /// - Returns: `nil` for other records, and for bytes that are none.
  static func fields(of value: [UInt8], at key: [UInt8]) -> JSONObject? {
    guard let table = key.first.flatMap({ StateTable(rawValue: $0) }) else { return nil }
    switch table {
    case .parameters: return (try? Parameters(decoding: value))?.json.object
    case .supply: return (try? Supply(decoding: value))?.fields
    case .pot: return (try? Pot(decoding: value))?.fields
    case .account: return (try? Account(decoding: value))?.fields
    case .hotKey: return (try? HotKey(decoding: value))?.fields
    case .stake: return (try? Stake(decoding: value))?.fields
    case .program: return (try? Ledger.Program(decoding: value))?.fields
    case .provider: return (try? Provider(decoding: value))?.fields
    case .auditor: return (try? Auditor(decoding: value))?.fields
    case .channel: return (try? Channel(decoding: value))?.fields
    case .batch: return (try? Batch(decoding: value))?.fields
    case .settlement: return (try? Settlement(decoding: value))?.fields
    case .contributions: return (try? ContributionRoot(decoding: value))?.fields
    default: return nil
    }
  }
}

/// An amount: a decimal string.
private func text(_ amount: UInt64) -> JSON { .string(String(amount)) }

extension Account {
  fileprivate var fields: JSONObject { ["raz": text(raz), "credit": text(credit), "nonce": JSON(nonce)] }
}

extension Pot {
  fileprivate var fields: JSONObject { ["raz": text(raz), "credit": text(credit)] }
}

extension Supply {
  fileprivate var fields: JSONObject {
    [
      "raz_issued": text(razIssued), "raz_burned": text(razBurned), "credit_issued": text(creditIssued),
      "credit_burned": text(creditBurned),
    ]
  }
}

extension HotKey {
  fileprivate var fields: JSONObject {
    ["scopes": JSON(scopes.rawValue), "expiry": JSON(expiry), "raz_limit": text(razLimit)]
  }
}

extension Stake {
  var fields: JSONObject {
    [
      "active": text(active), "maturing": text(total - active), "locked_until": JSON(lockedUntil),
      "slashed": text(slashed),
    ]
  }
}

extension Ledger.Program {
  fileprivate var fields: JSONObject {
    [
      "publisher": .string(publisher.hex), "name": .string(name), "kind": JSON(kind), "royalty_ppm": JSON(royalty),
      "licence": .string(licence), "sources": .array(sources.map { .string($0.hex) }),
      "file_root": .string(fileRoot.hex), "file_byte_count": JSON(fileByteCount), "height": JSON(height),
    ]
  }
}

extension Provider {
  fileprivate var fields: JSONObject {
    [
      "owner": .string(owner.hex), "key": .string(key.bytes.hex), "endpoint": .string(endpoint),
      "certificate": .string(certificate.hex), "capacity": JSON(capacity),
      "offers": .array(
        offers.map {
          [
            "program": .string($0.program.hex), "prompt_price": text($0.prices.prompt),
            "answer_price": text($0.prices.answer),
          ]
        }),
      "is_retired": .bool(isRetired), "batches": JSON(batches), "contribution_epoch": JSON(contributionEpoch),
      "dropped_slots": JSON(droppedSlots), "broken_slots": JSON(brokenSlots), "late_receipts": JSON(lateReceipts),
      "misstatements": JSON(misstatements), "height": JSON(height),
    ]
  }
}

extension Auditor {
  fileprivate var fields: JSONObject {
    [
      "owner": .string(owner.hex), "key": .string(key.bytes.hex), "endpoint": .string(endpoint),
      "seed_commitment": .string(seedCommitment.hex), "committed_at": JSON(committedAt), "is_retired": .bool(isRetired),
    ]
  }
}

extension Channel {
  fileprivate var fields: JSONObject {
    [
      "payer": .string(payer.hex), "payee": .string(payee.hex), "voucher_key": .string(voucherKey.bytes.hex),
      "deposit": text(deposit), "redeemed": text(redeemed), "closes_at": JSON(closesAt),
    ]
  }
}

extension Batch {
  fileprivate var fields: JSONObject {
    [
      "root": .string(root.hex), "count": JSON(count), "latest_expiry": JSON(latestExpiry), "amount": text(amount),
      "height": JSON(height), "time": JSON(time), "is_refuted": .bool(isRefuted),
    ]
  }
}

extension Settlement {
  fileprivate var fields: JSONObject {
    [
      "channel": .string(channel.hex), "program": .string(program.hex), "amount": text(amount),
      "height": JSON(height), "is_refuted": .bool(isRefuted),
    ]
  }
}

extension ContributionRoot {
  fileprivate var fields: JSONObject { ["root": .string(root.hex), "height": JSON(height), "time": JSON(time)] }
}
