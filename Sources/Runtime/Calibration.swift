/// What an importer wants to know of a program's layers before it settles caps and key offsets.
package final class Calibration {
  /// Statistics of one layer over all positions seen.
  package struct Layer: Equatable, Sendable {
    /// Greatest |v| before quantisation, at the value matrix's fraction bits.
    package fileprivate(set) var greatestValue: Int64 = 0
    /// Of rotated keys before the offset, shape (KV heads · headSize,): 15 fraction bits more than the keys.
    package fileprivate(set) var keySums: [Int128]
    package fileprivate(set) var keyMinima: [Int64]
    package fileprivate(set) var keyMaxima: [Int64]
    /// Positions seen.
    package fileprivate(set) var count = 0
  }

  /// Shape (layers,).
  package private(set) var layers: [Layer]
  /// Keeps the operands of every product, for weights that are rounded with error feedback; `nil` for none.
  package var operands: OperandStatistics?

  package init(_ model: Model) {
    layers = model.graph.layers.map { layer in
      let width = layer.attention.key.rows
      return Layer(
        keySums: Array(repeating: 0, count: width), keyMinima: Array(repeating: .max, count: width),
        keyMaxima: Array(repeating: .min, count: width))
    }
  }

  func record(
    layer: Int, head: Int, rotatedKey: UnsafePointer<Int64>, value: UnsafePointer<Int64>, count: Int
  ) {
    if head == 0 { layers[layer].count += 1 }
    for index in 0..<count {
      let channel = head * count + index
      let key = rotatedKey[index]
      layers[layer].keySums[channel] += Int128(key)
      layers[layer].keyMinima[channel] = min(layers[layer].keyMinima[channel], key)
      layers[layer].keyMaxima[channel] = max(layers[layer].keyMaxima[channel], key)
      layers[layer].greatestValue = max(layers[layer].greatestValue, Int64(clamping: value[index].magnitude))
    }
  }
}
