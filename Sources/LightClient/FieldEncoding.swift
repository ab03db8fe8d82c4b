import Hashing

/// How the parts of light blocks stand in files.
extension ByteWriter {
  mutating func write(_ time: CometTime) {
    write(time.seconds)
    write(time.nanoseconds)
  }

  mutating func write(_ chain: ChainID) {
    write(UInt8(chain.bytes.count))
    write(contentsOf: chain.bytes)
  }

  mutating func write(_ block: BlockID) {
    write(block.hash)
    write(block.parts.total)
    write(block.parts.hash)
  }

  mutating func write(_ digest: Digest?) {
    write(digest != nil)
    if let digest { write(digest) }
  }

  mutating func write(_ vote: PrecommitSignature, flag: UInt8) {
    write(flag)
    write(contentsOf: vote.validator.bytes)
    write(vote.time)
    write(contentsOf: vote.signature)
  }
}

extension ByteReader {
  mutating func readTime() throws(ByteReaderError) -> CometTime {
    guard let time = CometTime(seconds: try read(), nanoseconds: try read()) else {
      throw failure("a time that cannot be")
    }
    return time
  }

  mutating func readChainID() throws(ByteReaderError) -> ChainID {
    let count = Int(try read(UInt8.self))
    guard let chain = ChainID(try readBytes(count)) else { throw failure("a chain id that cannot be") }
    return chain
  }

  mutating func readHeight() throws(ByteReaderError) -> UInt64 {
    let height = try read(UInt64.self)
    guard (1...UInt64(Int64.max)).contains(height) else { throw failure("a height of \(height)") }
    return height
  }

  mutating func readBlockID() throws(ByteReaderError) -> BlockID {
    BlockID(hash: try readDigest(), parts: PartSetHeader(total: try read(), hash: try readDigest()))
  }

  mutating func readOptionalDigest() throws(ByteReaderError) -> Digest? {
    try readFlag() ? try readDigest() : nil
  }

  mutating func readAppHash() throws(ByteReaderError) -> [UInt8] {
    let count = Int(try read(UInt8.self))
    guard count <= Header.maximumAppHashByteCount else { throw failure("an application hash of \(count) bytes") }
    return try readBytes(count)
  }

  mutating func readAddress() throws(ByteReaderError) -> ValidatorAddress {
    guard let address = ValidatorAddress(try readBytes(ValidatorAddress.byteCount)) else {
      throw failure("an address that cannot be")
    }
    return address
  }

  mutating func readVote() throws(ByteReaderError) -> PrecommitSignature {
    let (validator, time) = (try readAddress(), try readTime())
    let signature = try readBytes(ConsensusKey.signatureByteCount)
    guard let vote = PrecommitSignature(validator: validator, time: time, signature: signature) else {
      throw failure("a signature that cannot be")
    }
    return vote
  }

  /// A count that the limit and the bytes left allow, so that room may be made for it.
  mutating func readCount(limit: Int, elementByteCount: Int) throws(ByteReaderError) -> Int {
    let count = Int(try read(UInt32.self))
    guard count <= limit, count * elementByteCount <= left else { throw failure("a count of \(count)") }
    return count
  }
}
