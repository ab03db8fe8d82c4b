import Hashing

/// A user's consent to audits, committed where the provider must not know it: a provider that could tell which
/// answers may be audited would be honest in those alone.
///
/// The blind is drawn on its own and stays with the user, who opens the commitment by showing blind and answer.
public enum Consent {
  /// H("razao/commit/consent/1", blind ‖ one byte, 1 for yes): what accept and receipt carry.
  /// - Parameter blind: 32 random bytes that nothing else is made of and that are sent to nobody.
  public static func commitment(isGiven: Bool, blind: Digest) -> Digest {
    taggedHash("razao/commit/consent/1", blind.bytes, [isGiven ? 1 : 0])
  }
}
