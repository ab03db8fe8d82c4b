import Pictures
import Testing

@Test("letters of either case are bases")
func bases() throws {
  let strand = try Nucleotides("ACGTacgt".utf8)
  #expect(strand.codes == [0, 1, 2, 3, 0, 1, 2, 3])
  #expect(strand.oneHot.prefix(8) == [1, 0, 0, 0, 0, 1, 0, 0])
  #expect(try Nucleotides("".utf8).codes.isEmpty)
}

@Test("ambiguous letters are refused with their place", arguments: "NRYSWKMBDHVnv".utf8)
func ambiguousBases(letter: UInt8) {
  #expect(throws: NucleotideError.ambiguous(position: 2, letter: letter)) {
    try Nucleotides(Array("AC".utf8) + [letter])
  }
}

@Test(
  "everything else is refused with its place",
  arguments: [0, 0x0A, 0x20, 0x2D, 0x40, 0x55, 0x75, 0x21, 0xC1, 0xFF] as [UInt8])
func otherBytes(byte: UInt8) {
  #expect(throws: NucleotideError.notABase(position: 1, byte: byte)) { try Nucleotides([0x41, byte]) }
}

@Test("exactly eight bytes are bases")
func everyByte() {
  let accepted = (UInt8.min...UInt8.max).filter { (try? Nucleotides([$0])) != nil }
  #expect(accepted == Array("ACGTacgt".utf8))
}

@Test("messages name the letter, or the byte where it cannot be shown")
func messages() {
  #expect(
    NucleotideError.ambiguous(position: 4, letter: 0x4E).description
      == "position 4: N stands for more than one base; give A, C, G or T")
  #expect(
    NucleotideError.notABase(position: 0, byte: 10).description == "position 0: byte 10 is not one of A, C, G and T")
}

@Test("a strand longer than the limit")
func longStrand() {
  #expect(throws: NucleotideError.tooLong(count: 5, limit: 4)) { try Nucleotides("ACGTA".utf8, limit: 4) }
}
