import Crypto
import CryptoExtras
import FoundationEssentials

/// How much work it is to try one passphrase: the parameters of scrypt (RFC 7914).
///
/// A value is within the limits by construction, so that a foreign file cannot make us allocate or compute more.
struct ScryptCost: Hashable, Sendable {
  /// N: a power of two.
  let rounds: Int
  /// r: units of 128 bytes.
  let blockSize: Int
  /// p.
  let parallelism: Int

  /// 128 MiB and about half a second on one core.
  static let standard = ScryptCost(unchecked: 1 << 17, blockSize: 8, parallelism: 1)
  /// The most that a file may ask for: 256 MiB.
  static let maximumBytes = 256 << 20

  private init(unchecked rounds: Int, blockSize: Int, parallelism: Int) {
    self.rounds = rounds
    self.blockSize = blockSize
    self.parallelism = parallelism
  }

  /// - Returns: `nil` for what is no parameter of scrypt, or costs more than `maximumBytes` and four passes.
  init?(rounds: Int, blockSize: Int, parallelism: Int) {
    guard (2...(1 << 20)).contains(rounds), rounds & (rounds - 1) == 0, (1...8).contains(blockSize),
      (1...4).contains(parallelism), 128 * rounds * blockSize <= Self.maximumBytes
    else { return nil }
    self.init(unchecked: rounds, blockSize: blockSize, parallelism: parallelism)
  }

  /// The key of 32 bytes that a passphrase and a salt make.
  /// - Returns: `nil` when the library refuses, as it does without memory.
  func deriveKey(from passphrase: borrowing Passphrase, salt: [UInt8]) -> SymmetricKey? {
    passphrase.secret.withBytes { bytes in
      try? KDF.Scrypt.deriveKey(
        from: bytes, salt: salt, outputByteCount: 32, rounds: rounds, blockSize: blockSize, parallelism: parallelism)
    }
  }
}
