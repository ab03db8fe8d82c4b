import CKernels
import Kernels
import Testing

/// SHA-256 of several messages at once against its definition.
struct SHA256KernelTests {
  @Test(arguments: Kernels.available)
  func messages(_ tier: KernelTier) throws {
    for length in [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000] {
      for count in [0, 1, 2, 3, 5, 16] {
        let stride = length + 7
        let bytes: [Int8] = Filling.random.values(stride * count + 1, limit: 127, seed: UInt64(length))
        let message = bytes.map { UInt8(bitPattern: $0) }
        var digests = [UInt8](repeating: 5, count: 32 * count)
        try Kernels.withTier(tier) { razao_sha256_messages(message, stride, length, count, &digests) }
        let expected = (0..<count).flatMap { index in
          KernelDefinitions.sha256(Array(message[index * stride..<index * stride + length]))
        }
        #expect(digests == expected, "\(count) of \(length) bytes")
      }
    }
  }

  /// FIPS 180-4's example.
  @Test func definition() {
    let digest = KernelDefinitions.sha256(Array("abc".utf8))
    #expect(digest.prefix(4).elementsEqual([0xba, 0x78, 0x16, 0xbf]))
    #expect(digest.suffix(4).elementsEqual([0xf2, 0x00, 0x15, 0xad]))
  }

  @Test(arguments: Kernels.available)
  func blocks(_ tier: KernelTier) throws {
    let bytes: [Int8] = Filling.random.values(64 * 5, limit: 127, seed: 3)
    let blocks = bytes.map { UInt8(bitPattern: $0) }
    var (fast, portable) = ((0..<8).map { UInt32($0) }, (0..<8).map { UInt32($0) })
    try Kernels.withTier(tier) { razao_sha256_blocks(&fast, blocks, 5) }
    razao_sha256_blocks_portable(&portable, blocks, 5)
    #expect(fast == portable)
  }
}
