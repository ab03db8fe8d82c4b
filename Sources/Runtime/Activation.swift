import Program

/// The gated activation of the feed-forward network (SPEC.md, 3.7).
struct Activation {
  private let table: [UInt32]
  /// F_g − 6: the table goes in steps of 1/64.
  private let indexShift: Int

  init(_ network: FeedForward) {
    table = network.activation == .silu ? Tables.sigmoid : Tables.normal
    indexShift = network.gate.outputFraction - 6
  }

  /// h_i = rs(g_i · TABLE[idx], 16) · up_i.
  func multiply(
    gates: UnsafePointer<Int64>, ups: UnsafePointer<Int64>, count: Int, into row: UnsafeMutablePointer<Int64>
  ) {
    table.withUnsafeBufferPointer { table in
      for index in 0..<count {
        let gate = gates[index]
        let place = min(1023, max(0, rs(gate, indexShift) &+ 512))
        row[index] = rs(gate &* Int64(table[Int(place)]), 16) &* ups[index]
      }
    }
  }
}
