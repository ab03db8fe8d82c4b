import Hashing
import Program
import Testing

@Suite struct RoundingTests {
  @Test func halvesGoUp() {
    #expect(rs(-1, 1) == 0)
    #expect(rs(1, 1) == 1)
    #expect(rs(-3, 1) == -1)
    #expect(rs(3, 1) == 2)
    #expect(rs(-255, 1) == -127)
    #expect(rs(255, 1) == 128)
  }

  @Test func shiftsOfZeroAndBelow() {
    #expect(rs(5, 0) == 5)
    #expect(rs(-5, -3) == -40)
    for shift in [-1000, -64, -1, 0, 1, 63, 64, 1000] { #expect(rs(0, shift) == 0) }
  }

  @Test func greatShiftsGiveZero() {
    for shift in [63, 64, 65, 200] {
      #expect(rs(Int64(1) << 62 - 1, shift) == 0)
      #expect(rs(-(Int64(1) << 62) + 1, shift) == 0)
    }
    #expect(rs(Int64(1) << 61, 62) == 1)
    #expect(rs(Int64(1) << 61 - 1, 62) == 0)
    #expect(rs(-(Int64(1) << 61), 62) == 0)
  }

  @Test func equalsTheDefinitionInWideIntegers() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let x = Int64.random(in: -(1 << 62) + 1...1 << 62 - 1, using: &generator)
      let s = Int.random(in: 1...62, using: &generator)
      let floor = (Int128(x) * 2 + Int128(1) << Int128(s)) >> Int128(s + 1)
      #expect(Int128(rs(x, s)) == floor, "x \(x), s \(s)")
    }
  }

  @Test func rowScalesHaveTwelveBits() {
    #expect(RowScale(4095, exponent: 3) == RowScale(mantissa: 4095, exponent: 3))
    #expect(RowScale(4096, exponent: 3) == RowScale(mantissa: 2048, exponent: 2))
    // The greatest mantissa comes from rounding up: 8191 / 2 = 4095.5.
    #expect(RowScale(8191, exponent: 3) == RowScale(mantissa: 4096, exponent: 2))
    #expect(RowScale(1, exponent: 0) == RowScale(mantissa: 1, exponent: 0))
  }

  @Test func squareRootsAreExact() {
    for x in 0..<5000 as Range<UInt128> {
      let root = integerSquareRoot(x)
      #expect(root * root <= x && (root + 1) * (root + 1) > x)
      let up = integerSquareRootUp(x)
      #expect(up * up >= x && (up == 0 || (up - 1) * (up - 1) < x))
    }
    let greatest = UInt128(UInt64.max)
    #expect(integerSquareRoot(greatest * greatest) == greatest)
    #expect(integerSquareRoot(greatest * greatest - 1) == greatest - 1)
    #expect(integerSquareRoot(.max) == greatest)
  }
}

@Suite struct TablesTests {
  @Test func bytesHaveThePublishedHash() {
    #expect(Tables.encoded.count == 40_960)
    #expect(SHA256.hash(Tables.encoded).hex == Tables.publishedHash)
  }

  @Test func ends() {
    #expect(Tables.ladder.first == 65_536 && Tables.ladder.last == 32_897)
    #expect(Tables.exp[0] == 1 << 24 - 1 && Tables.exp[128] == 1 << 23)
    #expect(Tables.exp[3200] == 1 && Tables.exp[3201] == 0 && Tables.exp[4095] == 0)
    #expect(Tables.expFraction[0] == 1 << 31 - 1 && Tables.expFraction[2048] == 1_518_500_250)
    #expect(Tables.sigmoid[0] == 0 && Tables.sigmoid[512] == 32_768 && Tables.sigmoid[1023] == 65_536)
    #expect(Tables.normal[0] == 0 && Tables.normal[512] == 32_768 && Tables.normal[1023] == 65_536)
  }

  @Test func areMonotone() {
    for table in [Tables.sigmoid, Tables.normal] { #expect(zip(table, table.dropFirst()).allSatisfy { $0 <= $1 }) }
    for table in [Tables.exp, Tables.expFraction] { #expect(zip(table, table.dropFirst()).allSatisfy { $0 >= $1 }) }
  }

  @Test func sigmoidAndNormalAreSymmetric() {
    for index in 1...510 {
      #expect(Tables.sigmoid[512 - index] + Tables.sigmoid[512 + index] == 65_536)
      #expect(Tables.normal[512 - index] + Tables.normal[512 + index] == 65_536)
    }
  }
}

@Suite struct RotationTests {
  @Test func quartersOfATurn() {
    #expect(Rotation.cosSin(0) == (32_767, 0))
    #expect(Rotation.cosSin(1 << 62) == (0, 32_767))
    #expect(Rotation.cosSin(2 << 62) == (-32_768, 0))
    #expect(Rotation.cosSin(3 << 62) == (0, -32_768))
    #expect(Rotation.cosSin(1 << 61) == (23_170, 23_170))
  }

  @Test func lengthStaysOne() {
    var phase: UInt64 = 0
    for _ in 0..<2000 {
      phase &+= 0x9e37_79b9_7f4a_7c15
      let (cosine, sine) = Rotation.cosSin(phase)
      let length = cosine * cosine + sine * sine
      #expect(abs(length - 1 << 30) < 1 << 17)
    }
  }

  @Test func frequenciesOfKnownBases() {
    let frequencies = Rotation.frequencies(theta: 10_000, headSize: 8)
    // One radian, a tenth, a hundredth, a thousandth, in 2^−64 turns.
    #expect(frequencies[0] == 2_935_890_503_282_001_226)
    for (index, divisor) in [10.0, 100.0, 1000.0].enumerated() {
      let expected = 2_935_890_503_282_001_226.0 / divisor
      #expect(abs(Double(frequencies[index + 1]) - expected) < expected * 1e-14)
    }
  }
}
