/// What a network says of an input, and the text that a receipt commits to (docs/spec-networks.md, section 7).
package struct NetworkAnswer: Equatable, Sendable {
  /// Shape (logits,), 16 fraction bits.
  package let logits: [Int32]
  /// The lowest index of the greatest logit.
  package let index: Int
  /// What that index stands for, UTF-8; `nil` in a network without labels.
  package let label: [UInt8]?

  /// - Parameters:
  ///   - logits: at least one.
  ///   - labels: one for each logit, or none.
  package init(logits: [Int32], labels: [[UInt8]]) {
    precondition(!logits.isEmpty && (labels.isEmpty || labels.count == logits.count))
    self.logits = logits
    var greatest = 0
    for index in logits.indices where logits[index] > logits[greatest] { greatest = index }
    index = greatest
    label = labels.isEmpty ? nil : labels[greatest]
  }

  /// Canonical JSON, UTF-8: `{"label":"7","index":7,"logits":[-1.0312,…]}`, or `{"label":null,"logit":7.7203}` from a
  /// network with one output; numbers as `decimal(_:)` writes them.
  package var text: [UInt8] {
    let name = Self.quoted(label)
    guard logits.count > 1 else { return Array("{\"label\":".utf8) + name + Array(",\"logit\":\(decimals)}".utf8) }
    return Array("{\"label\":".utf8) + name + Array(",\"index\":\(index),\"logits\":[\(decimals)]}".utf8)
  }

  private var decimals: String { logits.map(Self.decimal).joined(separator: ",") }

  /// A logit as a decimal with exactly four places: rs(ℓ · 10^4, 16) ten-thousandths, so halves go up; 0 has no sign.
  package static func decimal(_ logit: Int32) -> String {
    let scaled = rs(Int64(logit) * 10_000, 16)
    let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
    let digits = String(part)
    return (scaled < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }

  /// A JSON string with only `"` and `\` escaped: labels have no control characters.
  private static func quoted(_ text: [UInt8]?) -> [UInt8] {
    guard let text else { return Array("null".utf8) }
    let escaped = text.flatMap { [0x22, 0x5C].contains($0) ? [0x5C, $0] : [$0] }
    return [0x22] + escaped + [0x22]
  }
}
