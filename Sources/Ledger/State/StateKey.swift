import Hashing

/// The tables of the state: the first byte of every key.
public enum StateTable: UInt8, Sendable, CaseIterable {
  case parameters = 0x01
  case supply = 0x02
  case pot = 0x03
  case epoch = 0x04
  case oracle = 0x05
  case validators = 0x06
  case beaconState = 0x07
  case account = 0x10
  case hotKey = 0x11
  case stake = 0x12
  case bond = 0x13
  case program = 0x20
  case provider = 0x21
  case auditor = 0x22
  case channel = 0x30
  case batch = 0x31
  case settlement = 0x32
  case contributions = 0x33
  case claim = 0x34
  case beacon = 0x40
  case beaconCommit = 0x41
  case offence = 0x50
}

/// The place of one record in the state, and what kind of record lies there.
///
/// Bytes: the table's code, then the identifier; numbers in an identifier are big-endian, so that keys sort as they do.
public struct StateKey<Value: Record>: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(_ table: StateTable, _ identifier: some Sequence<UInt8> = EmptyCollection()) {
    bytes = [table.rawValue] + identifier
  }
}

extension FixedWidthInteger {
  /// The number as a key's part: big-endian, so that keys sort as numbers do.
  public var keyBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
