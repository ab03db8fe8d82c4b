import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct SafetensorsAttackTests {
  private func reason(_ entries: [SafetensorsWriter.Entry], headerLength: UInt64? = nil) -> CheckpointError.Reason? {
    reason(SafetensorsWriter(entries: entries, headerLength: headerLength).bytes())
  }

  private func reason(_ bytes: [UInt8]) -> CheckpointError.Reason? {
    checkpointError { _ = try SafetensorsFile(MappedFile(name: "a.safetensors", bytes: bytes)) }?.reason
  }

  private func entry(
    _ name: String, shape: [Int] = [2], type: String = "F32", byteCount: Int = 8, offsets: [Int]? = nil
  ) -> SafetensorsWriter.Entry {
    .init(name: name, type: type, shape: shape, data: [UInt8](repeating: 0, count: byteCount), offsets: offsets)
  }

  private func isMisplaced(_ reason: CheckpointError.Reason?) -> Bool {
    guard case .misplacedData = reason else { return false }
    return true
  }

  @Test func plainFileIsRead() throws {
    let bytes = SafetensorsWriter(entries: [entry("b"), entry("a", shape: [], byteCount: 4)]).bytes()
    let file = try SafetensorsFile(MappedFile(name: "a", bytes: bytes))
    #expect(file.tensors.map(\.name) == ["b", "a"])
    #expect(file.tensors.map(\.elementCount) == [2, 1])
  }

  @Test(arguments: [(100 << 20) + 1, .max, 1 << 63] as [UInt64]) func lyingHeaderLengthIsRefused(length: UInt64) {
    guard case .outOfRange = reason([entry("a")], headerLength: length) else {
      Issue.record("not refused as out of range")
      return
    }
  }

  @Test func headerLongerThanTheFileIsRefused() {
    #expect(reason([entry("a")], headerLength: 100 << 20) == .truncated(needed: 100 << 20, available: 93))
    #expect(reason([SafetensorsWriter.Entry]()) == nil)
    #expect(reason([UInt8](repeating: 0, count: 7)) == .truncated(needed: 8, available: 7))
    #expect(reason([UInt8](repeating: 0, count: 8)) == .invalidJSON(.unexpectedEnd))
  }

  @Test func overlappingTensorsAreRefused() {
    #expect(isMisplaced(reason([entry("a"), entry("b", byteCount: 4, offsets: [4, 12])])))
    #expect(isMisplaced(reason([entry("a"), entry("b", byteCount: 0, offsets: [0, 8])])))
  }

  @Test func hiddenBytesAreRefused() {
    #expect(isMisplaced(reason([entry("a"), entry("b", byteCount: 12, offsets: [12, 20])])))
    #expect(reason([entry("a", byteCount: 12, offsets: [0, 8])]) == .trailingBytes(4))
  }

  @Test func dataBeyondTheEndIsRefused() {
    #expect(reason([entry("a", byteCount: 4, offsets: [0, 8])]) == .truncated(needed: 8, available: 4))
    #expect(reason([entry("a", offsets: [0, .max])]) == .truncated(needed: .max, available: 8))
  }

  @Test func shapeThatOverflowsIsRefused() {
    #expect(isMisplaced(reason([entry("a", shape: [1 << 40, 1 << 40])])))
    #expect(isMisplaced(reason([entry("a", shape: [.max, 4])])))
    #expect(reason([entry("a", shape: [1 << 40, 1 << 40, 0], byteCount: 0)]) == nil)
    #expect(isMisplaced(reason([entry("a", shape: [3])])))
  }

  @Test func negativeAndFractionalSizesAreRefused() {
    #expect(reason([entry("a", shape: [-2])]) == .wrongKind(expected: "an entry whose shape are counts"))
    #expect(reason([entry("a", offsets: [8, 0])]) == .wrongKind(expected: "an entry with data_offsets [begin, end]"))
    #expect(
      reason([entry("a", offsets: [0, 8, 8])]) == .wrongKind(expected: "an entry with data_offsets [begin, end]"))
  }

  @Test(arguments: ["F64", "I16", "F8_E4M3", "BOOL", "f32", "Q8_0", "MXFP4", ""]) func otherElementTypesAreNamed(
    type: String
  ) {
    #expect(reason([entry("a", type: type)]) == .unsupportedElementType(type))
  }

  @Test func repeatedAndUnprintableNamesAreRefused() {
    #expect(reason([entry("a"), entry("a")]) == .invalidJSON(.duplicateName))
    #expect(reason([entry("a b")]) == .wrongKind(expected: "a name in printable ASCII"))
    #expect(reason([entry("é")]) == .wrongKind(expected: "a name in printable ASCII"))
  }

  @Test func deepHeaderIsRefused() {
    let text = Array((String(repeating: "{\"a\":", count: 100_000) + "0").utf8)
    #expect(reason(littleEndian(UInt64(text.count)) + text) == .invalidJSON(.tooDeep))
  }
}
