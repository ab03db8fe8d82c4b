extension KernelDefinitions {
  /// SHA-256 as FIPS 180-4 states it, for one whole message.
  package static func sha256(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    let bitCount = UInt64(message.count) * 8
    padded += (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> UInt64(56 - 8 * $0)) }
    // Fractional parts of the square roots of the first eight primes, and of the cube roots of the first 64.
    var state = primes.prefix(8).map { UInt32(truncatingIfNeeded: root(UInt128($0) << 64, power: 2)) }
    let constants = primes.map { UInt32(truncatingIfNeeded: root(UInt128($0) << 96, power: 3)) }
    for start in stride(from: 0, to: padded.count, by: 64) {
      compress(&state, Array(padded[start..<start + 64]), constants)
    }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
  }

  private static func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  private static func compress(_ state: inout [UInt32], _ block: [UInt8], _ constants: [UInt32]) {
    var w = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[4 * i + $1]) } }
    for i in 16..<64 {
      let s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
      let s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
      w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
    }
    var v = state
    for i in 0..<64 {
      let s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let first = v[7] &+ s1 &+ choice &+ constants[i] &+ w[i]
      let s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
      let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
      v = [first &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for i in 0..<8 { state[i] &+= v[i] }
  }

  private static let primes: [Int] = {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < 64 {
      if !primes.contains(where: { candidate % $0 == 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }()

  /// The greatest r with r^power ≤ x, for r below 2^42.
  private static func root(_ x: UInt128, power: Int) -> UInt128 {
    var root: UInt128 = 0
    for bit in (0..<42).reversed() {
      let next = root | 1 << UInt128(bit)
      if (1..<power).reduce(next, { product, _ in product * next }) <= x { root = next }
    }
    return root
  }
}
