extension String {
  /// The text without what steers a terminal: C0 and C1 controls, line and paragraph separators, and the marks that turn
  /// the direction of writing. Lines hold what peers have sent.
  package var withoutControls: String {
    var kept = UnicodeScalarView()
    for scalar in unicodeScalars where !Self.isControl(scalar.value) { kept.append(scalar) }
    return String(kept)
  }

  private static func isControl(_ value: UInt32) -> Bool {
    switch value {
    case 0...0x1F, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
