import Hashing
import Program

/// Keys and values of earlier answers, to begin other sequences of the same user with.
///
/// A start of 64 positions or more is found again by its exact tokens. Users are told apart by an opaque key, and never
/// see whether another has sent the same text. When the cache is full the answer that was longest not begun with goes
/// first; a sequence that has begun with its blocks keeps them.
///
/// What is inserted must be committed by a receipt, as a whole and from position 0 on: a later receipt names that one
/// receipt for its prefix, and no chain of them.
package final class PrefixCache {
  /// Positions of a block.
  package static let blockLength = CacheBlock.positionCount
  /// Most bytes that blocks, tokens and roots may take.
  package let byteLimit: Int
  /// Bytes held.
  package private(set) var byteCount = 0
  private let blockByteCount: Int
  private var entries: [UInt64: PrefixEntry] = [:]
  /// Entries by user and first block, oldest first.
  private var index: [PrefixPlace: [UInt64]] = [:]
  /// Entries in the order of use.
  private var uses = PrefixUses()

  package init(_ model: Model, byteLimit: Int) {
    self.byteLimit = byteLimit
    blockByteCount = model.cacheLayout.blockByteCount
  }

  /// Answers held.
  package var count: Int { entries.count }

  /// The longest start of `tokens` that is held for a user, at least half of them, and not all.
  ///
  /// A shorter start is not worth it: an answer that begins with a prefix cannot become one itself, and a talk that
  /// grows by a little with each turn would be computed again from the first turn on, for ever.
  /// - Complexity: O(tokens) for each answer of the user that begins with the same 64 tokens.
  package func lookup(key: [UInt8], tokens: [UInt32]) -> PrefixHit? {
    guard let place = PrefixPlace(key: key, tokens: tokens), let names = index[place] else { return nil }
    var best: (name: UInt64, blocks: Int)?
    for name in names {
      let common = entries[name]?.commonBlocks(with: tokens) ?? 0
      if common > best?.blocks ?? 0 { best = (name, common) }
    }
    let most = (tokens.count - 1) / Self.blockLength
    guard let best, let entry = entries[best.name] else { return nil }
    let blocks = min(best.blocks, most)
    guard blocks > 0, 2 * blocks * Self.blockLength >= tokens.count else { return nil }
    uses.touch(best.name)
    return entry.hit(blocks: blocks)
  }

  /// Holds the full blocks of an answer whose receipt has been made.
  ///
  /// Answers that it begins with are let go: it stands for them.
  /// - Parameters:
  ///   - sequence: with a trace that covers all of its positions.
  ///   - owner: handed out with each hit; says which receipt it is.
  /// - Returns: whether it is held: not without a trace, when it began with a prefix itself, when it has no full block
  ///   or does not fit, or when it is held already.
  @discardableResult
  package func insert(key: [UInt8], _ sequence: SequenceState, owner: [UInt8]) -> Bool {
    guard let place = PrefixPlace(key: key, tokens: sequence.tokens),
      let entry = PrefixEntry(sequence, place: place, owner: owner, blockByteCount: blockByteCount)
    else { return false }
    guard entry.byteCount <= byteLimit else { return false }
    let names = index[place] ?? []
    guard !names.contains(where: { entries[$0]?.covers(entry) ?? false }) else { return false }
    for name in names where entries[name].map(entry.covers) ?? false { remove(name) }
    let name = uses.add()
    entries[name] = entry
    index[place, default: []].append(name)
    byteCount += entry.byteCount
    while byteCount > byteLimit, let oldest = uses.leastRecent { remove(oldest) }
    return true
  }

  /// Forgets everything of a user.
  package func removeAll(key: [UInt8]) {
    for name in index.filter({ $0.key.key == key }).flatMap(\.value) { remove(name) }
  }

  private func remove(_ name: UInt64) {
    guard let entry = entries.removeValue(forKey: name) else { return }
    byteCount -= entry.byteCount
    uses.remove(name)
    index[entry.place]?.removeAll { $0 == name }
    if index[entry.place]?.isEmpty == true { index[entry.place] = nil }
  }
}

/// Where an entry is looked for: a user and a first block of tokens.
struct PrefixPlace: Hashable {
  let key: [UInt8]
  let firstBlock: [UInt32]

  /// `nil` for fewer tokens than a block.
  init?(key: [UInt8], tokens: [UInt32]) {
    guard tokens.count >= PrefixCache.blockLength else { return nil }
    self.key = key
    firstBlock = Array(tokens.prefix(PrefixCache.blockLength))
  }
}
