import Hashing
import Testing
import Tokenizers

@Suite struct UnicodeTablesTests {
  /// The tables belong to the arithmetic version: another Unicode version is another arithmetic version (SPEC.md, section 10).
  @Test func theTablesHaveThePublishedHash() {
    #expect(unicodeTablesDigestInput.count == 131_056)
    #expect(
      SHA256.hash(unicodeTablesDigestInput).hex == "36330855c5573cbb3848af82091d11728de1f285b7ad8802b213d02440211bd1")
  }
}
