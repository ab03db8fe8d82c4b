import Hashing

/// The full blocks of one answer in a prefix cache.
struct PrefixEntry {
  let place: PrefixPlace
  let owner: [UInt8]
  let byteCount: Int
  /// A multiple of the block's length.
  private let tokens: [UInt32]
  private let blocks: [CacheBlock]
  private let tokenRoots: [Digest]
  private let salt: Digest

  /// - Returns: `nil` without a trace from position 0 to the sequence's end.
  init?(_ sequence: SequenceState, place: PrefixPlace, owner: [UInt8], blockByteCount: Int) {
    guard let trace = sequence.trace, trace.start == 0, trace.count == sequence.count else { return nil }
    let count = sequence.count / PrefixCache.blockLength
    self.place = place
    self.owner = owner
    tokens = Array(sequence.tokens.prefix(count * PrefixCache.blockLength))
    blocks = Array(sequence.cache.blocks.prefix(count))
    tokenRoots = trace.tokenRoots
    salt = trace.options.salt
    byteCount =
      count * blockByteCount + 4 * (tokens.count + place.firstBlock.count) + 64 * tokenRoots.count + owner.count
      + place.key.count + 512
  }

  /// Leading blocks whose tokens are those of `other`.
  func commonBlocks(with other: [UInt32]) -> Int {
    var common = 0
    let most = min(tokens.count, other.count)
    while common < most, tokens[common] == other[common] { common += 1 }
    return common / PrefixCache.blockLength
  }

  /// Whether every start of `other` that can be found is a start of this one.
  func covers(_ other: PrefixEntry) -> Bool {
    other.tokens.count <= tokens.count && commonBlocks(with: other.tokens) == other.blocks.count
  }

  func hit(blocks count: Int) -> PrefixHit {
    PrefixHit(
      tokens: Array(tokens.prefix(count * PrefixCache.blockLength)), originTokenRoots: tokenRoots, salt: salt,
      owner: owner, blocks: Array(blocks.prefix(count)))
  }
}

/// Names in the order of their last use.
struct PrefixUses {
  private struct Link {
    var older: UInt64?
    var newer: UInt64?
  }

  private var links: [UInt64: Link] = [:]
  private(set) var leastRecent: UInt64?
  private var mostRecent: UInt64?
  private var last: UInt64 = 0

  /// A new name, the most recent.
  mutating func add() -> UInt64 {
    last += 1
    link(last)
    return last
  }

  /// Makes a name the most recent.
  mutating func touch(_ name: UInt64) {
    remove(name)
    link(name)
  }

  mutating func remove(_ name: UInt64) {
    guard let link = links.removeValue(forKey: name) else { return }
    if let older = link.older { links[older]?.newer = link.newer } else { leastRecent = link.newer }
    if let newer = link.newer { links[newer]?.older = link.older } else { mostRecent = link.older }
  }

  private mutating func link(_ name: UInt64) {
    links[name] = Link(older: mostRecent)
    if let mostRecent { links[mostRecent]?.newer = name } else { leastRecent = name }
    mostRecent = name
  }
}
