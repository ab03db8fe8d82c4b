/// One tensor of a file: what it is called and where its bytes lie.
package struct StoredTensor: Sendable {
  /// Printable ASCII.
  package let name: String
  package let elementType: ElementType
  /// Sizes from the outermost (slowest) to the innermost dimension.
  package let shape: [Int]
  /// Where the elements lie in the file, row-major; inside the file by construction.
  package let byteRange: Range<Int>
  /// Where the scales of `microscaledPairs` lie, one byte for 32 elements; empty for every other type.
  package let scaleRange: Range<Int>

  /// - Precondition: the ranges hold exactly the shape's elements.
  init(
    name: String, elementType: ElementType, shape: [Int], byteRange: Range<Int>, scaleRange: Range<Int> = 0..<0
  ) {
    precondition(byteRange.count == elementType.byteCount(ofShape: shape))
    precondition(scaleRange.count == (elementType == .microscaledPairs ? (Int.product(shape) ?? 0) / 32 : 0))
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.byteRange = byteRange
    self.scaleRange = scaleRange
  }

  /// Elements in all.
  package var elementCount: Int { byteRange.count / elementType.blockByteCount * elementType.blockLength }

  /// Names are printable ASCII, so that equal names have equal bytes; 1 to 65,535 of them.
  static func isAcceptableName(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.count <= 65_535 && bytes.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// Refuses tensors that share bytes.
  /// - Complexity: O(n log n).
  static func requireDisjoint(_ tensors: [StoredTensor], file: String) throws(CheckpointError) {
    let ordered = tensors.filter { !$0.byteRange.isEmpty }.sorted { $0.byteRange.lowerBound < $1.byteRange.lowerBound }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where second.byteRange.lowerBound < first.byteRange.upperBound {
      throw CheckpointError(
        file: file, place: .tensor(second.name), reason: .misplacedData("its bytes overlap those of \(first.name)"))
    }
  }
}
