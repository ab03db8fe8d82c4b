import Hashing
import Testing

@testable import Receipts

/// Cached prefixes: what an earlier receipt of the same payer has committed may be stated, and nothing else.
@Suite struct PrefixTests {
  /// Two jobs of one payer; the second starts from four cached positions of the first.
  private func jobs(length: Int = 4) throws -> (first: Bundle, second: Job) {
    var generator = SeededGenerator(9)
    let (network, payer, program) = (try generator.digest(), try generator.digest(), try generator.digest())
    let first = try Job(network: network, payer: payer, program: program).bundle()
    let second = Job(
      promptCount: 12, drawn: 4, network: network, payer: payer, program: program, origin: (first, length))
    return (first, second)
  }

  @Test(arguments: 1...11) func honestPrefixIsVerified(length: Int) throws {
    let bundle = try jobs(length: length).second.bundle()
    let report = VerificationReport(bundle: bundle.encoded())
    #expect(report.isVerified, "\(report.refutation?.reason ?? "")")
    #expect(report[.prefix]?.verdict == .passed)
    #expect(try Bundle(decoding: bundle.encoded()) == bundle)
  }

  @Test func everyFlippedByteIsRefused() throws {
    let bytes = try jobs().second.bundle().encoded()
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      #expect(!VerificationReport(bundle: flipped).isVerified, "byte \(index)")
    }
  }

  @Test func prefixOfNobody() throws {
    let (first, second) = try jobs()
    let bundle = try second.bundle()
    #expect(VerificationReport(of: bundle.edited { $0.prefixOrigin = nil }).refutation == .prefix(.origin))
    #expect(VerificationReport(of: first.edited { $0.prefixOrigin = first.origin(2) }).refutation == .prefix(.origin))
    #expect(
      VerificationReport(of: try bundle.forged(receipt: { $0.prefix.commitment = .zero })).refutation == .prefix(.root))
    let none = try bundle.forged(receipt: { $0.prefix.length = 0 })
    #expect(VerificationReport(of: none).failed.contains(.prefix))
  }

  @Test func prefixThatTheEarlierReceiptDoesNotHave() throws {
    let bundle = try jobs().second.bundle()
    let turned = try bundle.forged(receipt: { $0.prefix.commitment = $0.prefix.commitment.turned })
    #expect(VerificationReport(of: turned).refutation == .prefix(.commitment))
    let invented = Merkle.leaf([1])
    let forged = try bundle.edited { $0.prefixOrigin?.root = invented }.forged(receipt: {
      $0.prefix = CachedPrefix(length: 4, root: invented, traceBlind: bundle.prefixOrigin?.traceBlind ?? .zero)
    })
    #expect(VerificationReport(of: forged).refutation == .prefix(.grid))
    let shorter = try bundle.forged(receipt: {
      $0.prefix.length -= 1
      $0.trace.positions += 1
    })
    #expect(VerificationReport(of: shorter).failed.contains(.prefix))
  }

  @Test func prefixOfAnotherPayer() throws {
    var (_, second) = try jobs()
    second.payer = nil
    #expect(VerificationReport(of: try second.bundle()).refutation == .prefix(.payer))
  }

  @Test func prefixOfAnotherProgram() throws {
    var (_, second) = try jobs()
    second.program = nil
    #expect(VerificationReport(of: try second.bundle()).refutation == .prefix(.payer))
  }

  @Test func prefixOfAnotherProvider() throws {
    var (_, second) = try jobs()
    second.keySeed = KeySeed.other
    #expect(VerificationReport(of: try second.bundle()).refutation == .prefix(.payer))
  }

  @Test func prefixWithAForgedOrigin() throws {
    let bundle = try jobs().second.bundle()
    let forged = bundle.edited { $0.prefixOrigin?.receipt.body.trace.positions += 1 }
    #expect(VerificationReport(of: forged).refutation == .prefix(.payer))
  }

  /// An altered salt would make an honest provider look like a cheater at level 1.
  @Test func alteredBlindOfTheEarlierJob() throws {
    let bundle = try jobs().second.bundle()
    let blind = try #require(bundle.prefixOrigin?.traceBlind).turned
    let altered = bundle.edited { $0.prefixOrigin?.traceBlind = blind }
    #expect(VerificationReport(of: altered).refutation == .prefix(.commitment))
  }

  @Test func prefixOfAJobThatEndedLater() throws {
    let (first, second) = try jobs()
    let late = try first.forged(receipt: { $0.times.finished = 2_000_000 })
    var job = second
    job.origin = (late, 4)
    #expect(VerificationReport(of: try job.bundle()).refutation == .prefix(.order))
  }

  @Test func prefixOfAnInventedGrid() throws {
    let (first, second) = try jobs()
    var job = second
    job.origin = (try first.forged(receipt: { $0.promptCount += 3 }), 4)
    #expect(VerificationReport(of: try job.bundle()).refutation == .prefix(.grid))
  }

  @Test func prefixAsLongAsThePrompt() throws {
    var (_, second) = try jobs(length: 11)
    second.promptCount = 11
    second.answerCount = 8
    #expect(VerificationReport(of: try second.bundle()).refutation == .prefix(.length))
  }

  @Test func prefixOfAPrefix() throws {
    let (_, second) = try jobs()
    let middle = try second.bundle().forged(receipt: {
      $0.times.firstToken = 1_000_900
      $0.times.finished = 1_000_940
    })
    let third = Job(
      promptCount: 14, network: second.network, payer: second.payer, program: second.program, origin: (middle, 5))
    #expect(VerificationReport(of: try third.bundle()).refutation == .prefix(.grid))
  }
}

@Suite struct TreePrefixTests {
  private let leaves = (0..<40).map { Merkle.leaf([UInt8($0)]) }

  /// Every prefix of every tree up to forty leaves; a path of one tree proves nothing of another.
  @Test func everySmallTree() {
    for count in 1...40 {
      let root = Merkle.root(of: leaves[..<count])
      for length in 1...count {
        let prefix = TreePrefix(length: length, root: Merkle.root(of: leaves[..<length]))
        let path = TreePrefix.path(length: length, of: leaves[..<count])
        #expect(prefix.isPrefix(of: root, length: count, path: path))
        #expect(!prefix.isPrefix(of: root, length: count, path: path + [root]))
        #expect(path.isEmpty || !prefix.isPrefix(of: root, length: count, path: Array(path.dropLast())))
        let turned = TreePrefix(length: length, root: prefix.root.turned)
        #expect(!turned.isPrefix(of: root, length: count, path: path))
        #expect(!prefix.isPrefix(of: root.turned, length: count, path: path))
      }
    }
  }

  @Test func impossibleLengths() {
    let root = Merkle.root(of: leaves)
    for length in [Int.min, -1, 0, 41, .max] {
      #expect(!TreePrefix(length: length, root: root).isPrefix(of: root, length: 40, path: []))
      #expect(!TreePrefix(length: length, root: root).isPrefix(of: root, length: 0, path: [root]))
    }
  }
}
