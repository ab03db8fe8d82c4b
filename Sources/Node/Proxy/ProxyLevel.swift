/// How far a proxy verifies every answer before anything of it is handed on.
package enum ProxyLevel: String, Sendable, CaseIterable {
  /// Signatures and commitments: what the provider states fits together and is about this request.
  case signature
  /// The answer is run again on this machine, bit for bit.
  case rerun
}
