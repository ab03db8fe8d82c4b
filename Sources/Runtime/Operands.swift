import CKernels
import Program

/// The quantised rows of a block of tokens, ready for the panel kernels: i8, or i16 in the wide modes.
final class Operands {
  private let memory: Storage<Int16>
  /// Row scales, one a token: mantissas and exponents.
  let mantissas: Storage<Int64>
  let exponents: Storage<Int>
  /// The sum of each row of bytes; what `addUp` was last told to make.
  let sums: Storage<Int32>
  private(set) var columns = 0
  private(set) var site = QuantizerSite(block: 1)
  /// Values from one row to the next.
  private(set) var stride = 0
  /// Told of every product with these operands.
  var recorder: OperandStatistics?

  /// - Parameters:
  ///   - tokens: most rows.
  ///   - columns: most columns of a row.
  init(tokens: Int, columns: Int) {
    memory = Storage(tokens * Self.stride(columns))
    mantissas = Storage(tokens)
    exponents = Storage(tokens)
    sums = Storage(tokens)
  }

  var isWide: Bool { site.mode != .int8 }

  /// An odd number of cache lines, so that consecutive rows lie in different sets of a cache.
  private static func stride(_ columns: Int) -> Int { ((columns + 63) / 64 | 1) * 64 }

  func prepare(columns: Int, site: QuantizerSite) {
    self.columns = columns
    self.site = site
    stride = Self.stride(columns)
  }

  /// Takes over a row of other operands as it is; this one has been prepared for the same columns and site.
  func copy(_ token: Int, of other: Operands, to place: Int) {
    if isWide {
      words(place).update(from: other.words(token), count: stride)
    } else {
      bytes(place).update(from: other.bytes(token), count: stride)
    }
    mantissas.start[place] = other.mantissas.start[token]
    exponents.start[place] = other.exponents.start[token]
  }

  /// Multiplies a row's scale with `factor` · 2^−`fraction` (SPEC.md, 3.13).
  func scale(_ token: Int, by factor: Int64, fraction: Int) {
    let scale = RowScale(mantissas.start[token] &* factor, exponent: exponents.start[token] + fraction)
    mantissas.start[token] = scale.mantissa
    exponents.start[token] = scale.exponent
  }

  func bytes(_ token: Int) -> UnsafeMutablePointer<Int8> {
    UnsafeMutableRawPointer(memory.start).assumingMemoryBound(to: Int8.self) + token * stride
  }

  func words(_ token: Int) -> UnsafeMutablePointer<Int16> { memory.start + token * stride }

  /// Transforms and quantises one row, which is overwritten.
  /// - Parameters:
  ///   - factor: multiplies the step's reciprocal: the norm's root, or 1.
  ///   - exponent: f_0 of the row scale before k: 23 + F_y, or 53 + s/2 after a norm.
  func quantize(_ row: UnsafeMutablePointer<Int64>, token: Int, factor: Int64 = 1, exponent: Int) {
    Hadamard.transform(row, count: columns, block: site.block)
    let step = RowQuantizer.step(row, columns, limit: site.mode.limit)
    switch site.mode {
    case .int8: RowQuantizer.quantize(row, columns, step, into: bytes(token))
    case .twoLimbs: RowQuantizer.quantize(row, columns, step, into: words(token))
    case .blockShift: RowQuantizer.quantizeBlocks(row, columns, block: site.block, step, into: words(token))
    }
    clearPadding(token)
    let scale = step.scale(factor: factor, exponent: exponent)
    mantissas.start[token] = scale.mantissa
    exponents.start[token] = scale.exponent + (site.mode == .blockShift ? 7 : 0)
  }

  /// The kernels read whole groups of four columns, and of 32 where weights have 4 bits.
  private func clearPadding(_ token: Int) {
    for column in columns..<(columns + 31) / 32 * 32 {
      if isWide { words(token)[column] = 0 } else { bytes(token)[column] = 0 }
    }
  }

  /// Makes the sums of some rows, which products of bytes need.
  func addUp(_ tokens: Range<Int>) {
    guard !isWide else { return }
    for token in tokens { sums.start[token] = razao_sum_i8(bytes(token), columns) }
  }
}
