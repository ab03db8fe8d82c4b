import Hashing

/// A light block in the one form that files hold, little-endian:
///
///     header      u64 block version, u64 application version, u8 length + chain, u64 height,
///                 time, optional block id, optional last commit, optional data, validators 32,
///                 next validators 32, optional consensus, u8 length + application hash,
///                 optional last results, optional evidence, proposer 20
///     commit      u64 height, u32 round, block id, u32 count,
///                 each u8 1 absent | 2 commit | 3 nil, then (2, 3) address 20, time, signature 64
///     validators  u32 count, each key 32, u64 power
///
/// A time is i64 seconds and u32 nanoseconds; an optional is a flag and, where it is 1, the value; a block id is
/// hash 32, u32 parts, parts' hash 32.
extension LightBlock {
  /// The canonical bytes; equal blocks have equal bytes.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// Reads canonical bytes.
  /// - Throws: with the offset, for bytes that no block has; never traps. What the block claims is not verified.
  package init(decoding bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    try self.init(&reader)
    try reader.finish()
  }

  func write(to writer: inout ByteWriter) {
    header.write(to: &writer)
    commit.write(to: &writer)
    validators.write(to: &writer)
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    self.init(header: try Header(&reader), commit: try Commit(&reader), validators: try ValidatorSet(&reader))
  }
}

extension Header {
  func write(to writer: inout ByteWriter) {
    writer.write(blockVersion)
    writer.write(appVersion)
    writer.write(chainID)
    writer.write(height)
    writer.write(time)
    writer.write(lastBlockID != nil)
    if let lastBlockID { writer.write(lastBlockID) }
    writer.write(lastCommitHash)
    writer.write(dataHash)
    writer.write(validatorsHash)
    writer.write(nextValidatorsHash)
    writer.write(consensusHash)
    writer.write(UInt8(appHash.count))
    writer.write(contentsOf: appHash)
    writer.write(lastResultsHash)
    writer.write(evidenceHash)
    writer.write(contentsOf: proposer.bytes)
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      blockVersion: try reader.read(), appVersion: try reader.read(), chainID: try reader.readChainID(),
      height: try reader.readHeight(), time: try reader.readTime(),
      lastBlockID: try reader.readFlag() ? try reader.readBlockID() : nil,
      lastCommitHash: try reader.readOptionalDigest(), dataHash: try reader.readOptionalDigest(),
      validatorsHash: try reader.readDigest(), nextValidatorsHash: try reader.readDigest(),
      consensusHash: try reader.readOptionalDigest(), appHash: try reader.readAppHash(),
      lastResultsHash: try reader.readOptionalDigest(), evidenceHash: try reader.readOptionalDigest(),
      proposer: try reader.readAddress())
  }
}

extension Commit {
  func write(to writer: inout ByteWriter) {
    writer.write(height)
    writer.write(round)
    writer.write(blockID)
    writer.write(UInt32(signatures.count))
    for signature in signatures {
      switch signature {
      case .absent: writer.write(UInt8(1))
      case .commit(let vote): writer.write(vote, flag: 2)
      case .nilVote(let vote): writer.write(vote, flag: 3)
      }
    }
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    let (height, round) = (try reader.readHeight(), try reader.read(UInt32.self))
    guard round <= UInt32(Int32.max) else { throw reader.failure("a round of \(round)") }
    let blockID = try reader.readBlockID()
    let count = try reader.readCount(limit: ValidatorSet.maximumCount, elementByteCount: 1)
    var signatures: [CommitSignature] = []
    signatures.reserveCapacity(count)
    for _ in 0..<count {
      switch try reader.read(UInt8.self) {
      case 1: signatures.append(.absent)
      case 2: signatures.append(.commit(try reader.readVote()))
      case 3: signatures.append(.nilVote(try reader.readVote()))
      case let flag: throw reader.failure("a vote's flag of \(flag)")
      }
    }
    self.init(height: height, round: round, blockID: blockID, signatures: signatures)
  }
}

extension ValidatorSet {
  func write(to writer: inout ByteWriter) {
    writer.write(UInt32(validators.count))
    for validator in validators {
      writer.write(contentsOf: validator.key.bytes)
      writer.write(validator.power)
    }
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    let count = try reader.readCount(limit: Self.maximumCount, elementByteCount: 40)
    var validators: [Validator] = []
    validators.reserveCapacity(count)
    for _ in 0..<count {
      guard let key = ConsensusKey(try reader.readBytes(ConsensusKey.byteCount)) else {
        throw reader.failure("a key of small order")
      }
      validators.append(Validator(key: key, power: try reader.read()))
    }
    do {
      try self.init(validators)
    } catch {
      throw reader.failure("validators that are no set: \(error)")
    }
  }
}
