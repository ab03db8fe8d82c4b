import Hashing

/// The law that every block is held to: for each token, issued − burned = the sum of what all records hold.
///
/// It is checked on what a block changed: the sum of the changed records' holdings moves by exactly as much as the
/// supply says. By induction from the empty state the whole sum holds; `total` computes it whole.
public enum Conservation {
  static func check(
    _ changes: [(key: [UInt8], value: [UInt8]?)], before: CommittedState, height: UInt64
  ) throws(LedgerFault) {
    var difference = Holdings.none
    for (key, value) in changes {
      difference = difference + (try signed(key, value)) - (try signed(key, before.value(key)))
    }
    guard difference.raz == 0 else { throw .conservation(token: .raz, height: height, difference: difference.raz) }
    guard difference.credit == 0 else {
      throw .conservation(token: .credit, height: height, difference: difference.credit)
    }
  }

  /// What all records hold, less what the supply says; zero of each token in a sound state.
  /// - Complexity: O(records).
  public static func total(_ records: some Sequence<(key: [UInt8], value: [UInt8])>) throws(LedgerFault) -> Holdings {
    var total = Holdings.none
    for (key, value) in records { total = total + (try signed(key, value)) }
    return total
  }

  /// A record's holdings; the supply's own count negative.
  private static func signed(_ key: [UInt8], _ value: [UInt8]?) throws(LedgerFault) -> Holdings {
    guard let value, let table = key.first.flatMap({ StateTable(rawValue: $0) }) else { return .none }
    do throws(ByteReaderError) {
      if table == .supply { return Holdings.none - (try Supply(decoding: value)).outstanding }
      return try table.record?.init(decoding: value).holdings ?? .none
    } catch {
      throw .corrupt(key: key.hex, cause: error)
    }
  }
}
