import Protobuf

/// Parameters of the engine that the application may change. A part that is absent stays as it is; one that is
/// present replaces the whole part.
package struct ConsensusParameters: ABCIMessage {
  package var block: BlockParameters?
  package var evidence: EvidenceParameters?
  package var validator: ValidatorParameters?
  package var version: VersionParameters?
  package var abci: VoteExtensionParameters?
  /// The body of the part that engines since 0.40 have, as it came.
  package var authority: [UInt8]?

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: block = try field.message()
    case 2: evidence = try field.message()
    case 3: validator = try field.message()
    case 4: version = try field.message()
    case 5: abci = try field.message()
    case 6: authority = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(block, field: 1)
    writer.message(evidence, field: 2)
    writer.message(validator, field: 3)
    writer.message(version, field: 4)
    writer.message(abci, field: 5)
    if let authority { writer.element(authority, field: 6) }
  }
}

/// Bounds on a block.
package struct BlockParameters: ABCIMessage {
  /// −1 stands for the engine's 100 MB.
  package var maximumBytes: Int64 = 0
  /// −1 stands for no bound.
  package var maximumGas: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: maximumBytes = try field.int64()
    case 2: maximumGas = try field.int64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int64(maximumBytes, field: 1)
    writer.int64(maximumGas, field: 2)
  }
}

/// How long an offence can be reported.
package struct EvidenceParameters: ABCIMessage {
  package var maximumAgeInBlocks: Int64 = 0
  package var maximumAge = ABCIDuration()
  package var maximumBytes: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: maximumAgeInBlocks = try field.int64()
    case 2: maximumAge = try field.message()
    case 3: maximumBytes = try field.int64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int64(maximumAgeInBlocks, field: 1)
    writer.message(maximumAge, field: 2)
    writer.int64(maximumBytes, field: 3)
  }
}

/// The kinds of keys that validators may have.
package struct ValidatorParameters: ABCIMessage {
  package var keyTypes: [String] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { keyTypes.append(try field.string()) }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.elements(keyTypes, field: 1)
  }
}

/// The application's version; it must equal `InfoResponse.appVersion`, or a node that was rolled back cannot start.
package struct VersionParameters: ABCIMessage {
  package var app: UInt64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { app = try field.uint64() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint64(app, field: 1)
  }
}

/// From which height on votes carry extensions; 0 is never.
package struct VoteExtensionParameters: ABCIMessage {
  package var enableHeight: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { enableHeight = try field.int64() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int64(enableHeight, field: 1)
  }
}
