import Glibc

/// Bytes that are wiped when they go out of use: seeds and passphrases. There is one owner, and nothing prints them.
///
/// The wiping covers this memory alone. What the cryptographic library copies while it works is its own to wipe, and
/// the system may have written a page to its swap before.
package struct Secret: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer

  /// So many zeros.
  /// - Precondition: `count` ≥ 0.
  init(count: Int) {
    memory = .allocate(byteCount: count, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Takes a copy; the caller wipes its own (`wipe`).
  package init(copying bytes: some Collection<UInt8>) {
    self.init(count: bytes.count)
    memory.copyBytes(from: bytes)
  }

  /// Draws bytes from the operating system's generator, which is fit for keys (getrandom on Linux).
  static func random(count: Int) -> Secret {
    let secret = Secret(count: count)
    var generator = SystemRandomNumberGenerator()
    for index in 0..<count { secret.memory[index] = UInt8.random(in: 0...255, using: &generator) }
    return secret
  }

  /// How many bytes there are.
  package var count: Int { memory.count }

  /// Lends the bytes; they must not outlive the call.
  package borrowing func withBytes<Value: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(UnsafeRawBufferPointer(memory))
  }

  /// Whether both hold the same bytes; takes as long whatever they are, if they are equally long.
  package borrowing func equals(_ other: borrowing Secret) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<count { difference |= memory[index] ^ other.memory[index] }
    return difference == 0
  }

  deinit {
    if let start = memory.baseAddress { explicit_bzero(start, memory.count) }
    memory.deallocate()
  }

  /// Overwrites an array's bytes; when the array shares its memory, this copy's alone.
  package static func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      explicit_bzero(start, bytes.count)
    }
    bytes.removeAll()
  }
}

/// What opens a key: 1…1,024 bytes, used as they are, without any normalisation.
package struct Passphrase: ~Copyable {
  /// The longest passphrase.
  package static let maximumCount = 1_024

  let secret: Secret

  /// - Throws: `WalletError.badPassphrase` for none or too many bytes.
  package init(_ secret: consuming Secret) throws(WalletError) {
    guard secret.count > 0 else { throw WalletError.badPassphrase("it is empty") }
    guard secret.count <= Self.maximumCount else {
      throw WalletError.badPassphrase("it has more than \(Self.maximumCount) bytes")
    }
    self.secret = secret
  }

  /// Whether both are the same, as when one is asked for twice.
  package borrowing func equals(_ other: borrowing Passphrase) -> Bool {
    secret.equals(other.secret)
  }
}
