/// The importer's formulas a second time, as plainly as possible and sharing nothing with it.
enum Naive {
  static func halfEven(_ x: Double) -> Double {
    let floor = x.rounded(.down)
    let rest = x - floor
    if rest < 0.5 { return floor }
    if rest > 0.5 { return floor + 1 }
    return Int64(floor) % 2 == 0 ? floor : floor + 1
  }

  static func power(_ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<abs(exponent) { power = exponent > 0 ? power * 2 : power / 2 }
    return power
  }

  static func gains(_ weights: [Float]) -> (gains: [Int], diagonal: [Double]) {
    var greatest = 0.0
    for weight in weights where abs(Double(weight)) > greatest { greatest = abs(Double(weight)) }
    let root = Double(weights.count).squareRoot()
    var (gains, diagonal): ([Int], [Double]) = ([], [])
    for weight in weights {
      let value = Double(weight)
      if value == 0 {
        gains.append(1)
        diagonal.append(0)
        continue
      }
      let scaled = 127 * abs(value)
      var gain = Int(halfEven(scaled / greatest))
      if gain == 0 { gain = 1 }
      if value < 0 { gain = -gain }
      gains.append(gain)
      let product = root * value
      diagonal.append(product / Double(gain))
    }
    return (gains, diagonal)
  }

  /// Sums of neighbours go to the even places and differences to the odd ones, each half transformed in turn.
  static func hadamard(_ block: [Double]) -> [Double] {
    guard block.count > 1 else { return block }
    var (sums, differences): ([Double], [Double]) = ([], [])
    for index in stride(from: 0, to: block.count, by: 2) {
      sums.append(block[index] + block[index + 1])
      differences.append(block[index] - block[index + 1])
    }
    return zip(hadamard(sums), hadamard(differences)).flatMap { [$0, $1] }
  }

  static func rows(_ weights: [Float], columns: Int, diagonal: [Double]?, block: Int) -> [[Double]] {
    stride(from: 0, to: weights.count, by: columns).map { start in
      var row = (0..<columns).map { Double(weights[start + $0]) }
      if let diagonal { row = (0..<columns).map { row[$0] * diagonal[$0] } }
      guard block > 1 else { return row }
      return stride(from: 0, to: columns, by: block).flatMap { first in
        hadamard(Array(row[first..<first + block])).map { $0 / Double(block) }
      }
    }
  }

  struct Quantized: Equatable {
    var exponent: Int
    var scales: [Int]
    var weights: [[Int]]
  }

  static func quantized(_ rows: [[Double]]) -> Quantized {
    let maxima = rows.map { $0.map(abs).max() ?? 0 }
    var exponent = 0
    if maxima.contains(where: { $0 > 0 }) {
      exponent = 100
      while maxima.contains(where: { ($0 * power(exponent) / 127).rounded(.up) > 4095 }) { exponent -= 1 }
    }
    let scales = maxima.map { max(1, Int(($0 * power(exponent) / 127).rounded(.up))) }
    let weights = zip(rows, scales).map { row, scale in
      row.map { value in
        let scaled = value * power(exponent)
        return max(-127, min(127, Int(halfEven(scaled / Double(scale)))))
      }
    }
    return Quantized(exponent: exponent, scales: scales, weights: weights)
  }
}
