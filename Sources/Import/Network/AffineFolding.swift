import Program

extension TrainedNetwork {
  /// Puts factors and offsets for channels (batch normalisation, scaling of the input) into their neighbours, where the
  /// result is the same in real numbers: into the matrix before, the matrices behind, another such operator before, or
  /// the picture's input format. What fits nowhere stays.
  ///
  /// The first operator to which a rule applies is folded, the rules tried in that order, until none applies.
  mutating func foldAffineOperators() {
    while let (tensor, fold) = nextFold() {
      apply(fold, to: tensor)
    }
  }

  /// Where the numbers of one such operator go.
  private enum Fold {
    case intoPixels
    case intoLinearBefore(TrainedLinear)
    case intoAffineBefore(source: Int, ChannelMap)
    case intoLinearsBehind
  }

  /// - Complexity: O(operators).
  private func nextFold() -> (tensor: Int, fold: Fold)? {
    let readers = readers()
    for tensor in operators.indices.map({ $0 + 1 }) {
      guard case .affine(let source, let map) = operators[tensor - 1] else { continue }
      if let fold = fold(tensor, source: source, map, readers) { return (tensor, fold) }
    }
    return nil
  }

  private func fold(_ tensor: Int, source: Int, _ map: ChannelMap, _ readers: [[Int]]) -> Fold? {
    let isOnlyReader = readers[source].count == 1
    if source == 0 {
      if case .picture = input, isOnlyReader { return .intoPixels }
    } else if isOnlyReader {
      switch operators[source - 1] {
      case .linear(let linear): return .intoLinearBefore(linear)
      case .affine(let first, let other): return .intoAffineBefore(source: first, other)
      default: break
      }
    }
    let isFree = readers[tensor].allSatisfy { reader in
      guard case .linear(let linear) = operators[reader - 1] else { return false }
      return !linear.isPadded || map.offsets.allSatisfy { $0 == 0 }
    }
    return readers[tensor].isEmpty || !isFree ? nil : .intoLinearsBehind
  }

  private mutating func apply(_ fold: Fold, to tensor: Int) {
    guard case .affine(let source, let map) = operators[tensor - 1] else { return }
    switch fold {
    case .intoPixels: pixels = pixels.followed(by: map)
    case .intoLinearBefore(let linear): replace(source, with: .linear(linear.followed(by: map)))
    case .intoAffineBefore(let first, let other):
      replace(source, with: .affine(source: first, other.followed(by: map)))
    case .intoLinearsBehind:
      for reader in readers()[tensor] {
        guard case .linear(let linear) = operators[reader - 1] else { continue }
        replace(reader, with: .linear(linear.preceded(by: map)))
      }
    }
    remove(tensor, readersRead: source)
  }
}
