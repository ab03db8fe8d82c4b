import Program
import Runtime
import Testing

@Suite struct NetworkInputTests {
  private let gray = Network.small.input
  private let bases = InputFormat.nucleotides(NucleotideFormat(length: 6, fraction: 3))

  private func refusal(_ format: InputFormat, _ input: NetworkInput) -> NetworkInputError? {
    do throws(NetworkInputError) { _ = try format.values(of: input) } catch { return error }
    return nil
  }

  @Test func pixelsBecomeValues() throws {
    let format = InputFormat.picture(
      PictureFormat(
        height: 1, width: 2,
        channels: [.init(mantissa: 3, offset: 10), .init(mantissa: -3, offset: 0), .init(mantissa: 2, offset: -1)],
        shift: 1, fraction: 4))
    let input = NetworkInput.picture(shape: TensorShape(channels: 3, width: 2), bytes: [0, 1, 1, 2, 255, 0])
    // Halves go up: rs(3, 1) = 2, rs(−3, 1) = −1.
    #expect(try format.values(of: input) == [10, 12, -1, -3, 254, -1])
  }

  @Test func lettersBecomeOneHotChannels() throws {
    let expected: [Int64] = [
      8, 0, 0, 0, 0, 8,
      0, 8, 0, 0, 0, 0,
      0, 0, 8, 0, 8, 0,
      0, 0, 0, 8, 0, 0,
    ]
    #expect(try bases.values(of: .sequence(Array("ACGTGA".utf8))) == expected)
    #expect(try bases.values(of: .sequence(Array("acgtga".utf8))) == expected)
  }

  @Test func aPictureOfAnotherSize() {
    let shape = TensorShape(channels: 1, height: 28, width: 30)
    #expect(
      refusal(gray, .picture(shape: shape, bytes: []))
        == .wrongSize(expectedWidth: 5, expectedHeight: 4, width: 30, height: 28))
    let turned = TensorShape(channels: 1, height: 5, width: 4)
    #expect(refusal(gray, .picture(shape: turned, bytes: Array(repeating: 0, count: 20))) != nil)
  }

  @Test func aColouredPicture() {
    let shape = TensorShape(channels: 3, height: 4, width: 5)
    #expect(refusal(gray, .picture(shape: shape, bytes: [])) == .wrongChannelCount(expected: 1, actual: 3))
  }

  @Test func tooFewBytes() {
    let shape = TensorShape(channels: 1, height: 4, width: 5)
    let input = NetworkInput.picture(shape: shape, bytes: Array(repeating: 0, count: 19))
    #expect(refusal(gray, input) == .wrongByteCount(expected: 20, actual: 19))
  }

  @Test func sequencesOfAnotherLength() {
    #expect(refusal(bases, .sequence(Array("ACGTG".utf8))) == .wrongLength(expected: 6, actual: 5))
    #expect(refusal(bases, .sequence([])) == .wrongLength(expected: 6, actual: 0))
  }

  @Test(arguments: ["N", "n", "U", "R", "-", " ", "!", "@", "\u{1}"]) func ambiguousBases(letter: String) {
    let byte = letter.utf8.first ?? 0
    let error = refusal(bases, .sequence(Array("ACG".utf8) + [byte] + Array("GA".utf8)))
    #expect(error == .unknownBase(index: 3, byte: byte))
    #expect(error?.description.hasPrefix("position 3: ") == true)
  }

  @Test func lettersBeyondASCII() {
    for byte in [0x80, 0xC1, 0xE1, 0xFF] as [UInt8] {
      #expect(
        refusal(bases, .sequence([byte] + Array("CGTGA".utf8))) == .unknownBase(index: 0, byte: byte))
    }
  }

  @Test func theWrongKind() {
    #expect(refusal(gray, .sequence([])) == .wrongKind(expected: "pictures", actual: "a sequence"))
    let picture = NetworkInput.picture(shape: TensorShape(channels: 1), bytes: [0])
    #expect(refusal(bases, picture) == .wrongKind(expected: "sequences", actual: "a picture"))
  }

  @Test func aRunRefusesWhatTheFormatRefuses() throws {
    var random = RandomNumbers(seed: 2)
    let model = try TestNetwork(.small, random: &random).model()
    #expect(throws: NetworkInputError.self) { try NetworkRun(.sequence([]), model: model) }
  }
}
