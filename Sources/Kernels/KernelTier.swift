import CKernels

/// One implementation of every kernel, for one kind of processor. All of them compute the same bits.
package enum KernelTier: String, Sendable, CaseIterable, CustomStringConvertible {
  /// Plain C; on x86-64 with the vector unit that every such processor has.
  case portable
  /// x86-64 with AVX2.
  case avx2
  /// x86-64 with AVX-512 F, BW, DQ, VL and VNNI.
  case avx512
  /// 64-bit Arm; with byte dot products where the processor has them.
  case neon

  package var description: String { rawValue }

  /// The tier's number in C.
  var number: Int32 {
    switch self {
    case .portable: Int32(razao_tier_portable)
    case .avx2: Int32(razao_tier_avx2)
    case .avx512: Int32(razao_tier_avx512)
    case .neon: Int32(razao_tier_neon)
    }
  }

  /// Whether this processor can run it.
  package var isAvailable: Bool { razao_tier_available(number) != 0 }
}
