import Hashing
import Ledger
import StrictJSON

/// `genesis.json` of CometBFT 0.38 around a ledger's beginning.
struct EngineGenesis {
  /// Bytes of a block. Small enough that every decoder of it stays within its limits, whatever a proposer puts in.
  static let blockByteLimit = 4 << 20
  /// Blocks after which an offence can no longer be reported, if the time has passed too.
  static let evidenceBlocks = 100_000

  let genesis: Genesis

  init(_ genesis: Genesis) {
    self.genesis = genesis
  }

  var json: JSON {
    [
      "genesis_time": .string(RFC3339.text(milliseconds: genesis.time)), "chain_id": .string(genesis.chainID),
      "initial_height": "1", "consensus_params": parameters, "validators": .array(validators), "app_hash": "",
      "app_state": genesis.appState,
    ]
  }

  /// Numbers are strings, as the engine writes 64-bit integers. The version is Info's, or a node that was rolled back
  /// cannot start again.
  private var parameters: JSON {
    [
      "block": ["max_bytes": .string("\(Self.blockByteLimit)"), "max_gas": "-1"],
      "evidence": [
        "max_age_num_blocks": .string("\(Self.evidenceBlocks)"),
        "max_age_duration": .string("\(evidenceMilliseconds)000000"), "max_bytes": "1048576",
      ],
      "validator": ["pub_key_types": ["ed25519"]],
      "version": ["app": .string("\(LedgerMachine.applicationVersion)")],
      "abci": ["vote_extensions_enable_height": "0"],
    ]
  }

  /// An offence can be reported as long as the offender's bond can still be taken; at least an hour.
  private var evidenceMilliseconds: UInt64 { max(3_600_000, genesis.parameters.unstakingTime) }

  private var validators: [JSON] {
    genesis.validators.map { validator in
      [
        "address": .string(EngineKey.address(of: validator.key).hex.uppercasedASCII),
        "pub_key": EngineKey.json(validator.key), "power": .string("\(power(of: validator))"), "name": "",
      ]
    }
  }

  /// The power that the ledger gives the validator in InitChain.
  private func power(of validator: Genesis.Validator) -> UInt64 {
    ValidatorSet.Member(account: validator.account, key: validator.key, bond: validator.bond).power
  }
}

/// Moments as RFC 3339 writes them, in UTC.
enum RFC3339 {
  /// `2026-01-31T09:30:00.5Z`, without zeros at the end of the fraction, as the engine writes it.
  /// - Source: days to dates by H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  static func text(milliseconds: UInt64) -> String {
    let (seconds, fraction) = (milliseconds / 1_000, milliseconds % 1_000)
    let (days, second) = (seconds / 86_400, seconds % 86_400)
    let shifted = days + 719_468
    let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    let time = "\(digits(second / 3_600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
    return "\(date)T\(time)\(fractionText(fraction))Z"
  }

  private static func digits(_ number: UInt64, _ count: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  private static func fractionText(_ milliseconds: UInt64) -> String {
    guard milliseconds > 0 else { return "" }
    var text = digits(milliseconds, 3)
    while text.hasSuffix("0") { text.removeLast() }
    return ".\(text)"
  }
}
