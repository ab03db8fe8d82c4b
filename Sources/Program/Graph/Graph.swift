/// The structure of a transformer program: which operators stand where, with which options (SPEC.md, sections 3 and 4).
///
/// A graph is data and nothing else. `check()` says whether it is legal, `encoded()` gives its canonical bytes.
package struct Graph: Equatable, Sendable {
  /// Fraction bits of the residual stream.
  package static let residualFraction = 16

  package var vocabularyCount: Int
  package var hiddenSize: Int
  /// Most positions that a sequence may have.
  package var contextLength: Int
  /// Tokens that end an answer, ascending; none in an encoder.
  package var stopTokens: [UInt32]
  /// The token that starts a text, if the vocabulary has one.
  package var startToken: UInt32?
  package var embedding: Matrix
  /// Learned positions, shape (contextLength, hiddenSize), rows; added to the embedding.
  package var positions: Matrix?
  /// Formed norm of embedding and position together, 16 fraction bits.
  package var embeddingNorm: FormedNorm?
  package var layers: [Layer]
  package var output: GraphOutput

  package init(
    vocabularyCount: Int, hiddenSize: Int, contextLength: Int, stopTokens: [UInt32], startToken: UInt32?,
    embedding: Matrix, positions: Matrix? = nil, embeddingNorm: FormedNorm? = nil, layers: [Layer], output: GraphOutput
  ) {
    self.vocabularyCount = vocabularyCount
    self.hiddenSize = hiddenSize
    self.contextLength = contextLength
    self.stopTokens = stopTokens
    self.startToken = startToken
    self.embedding = embedding
    self.positions = positions
    self.embeddingNorm = embeddingNorm
    self.layers = layers
    self.output = output
  }

  /// Whether a position sees those after it too: an encoder's do.
  package var isBidirectional: Bool { head == nil }

  /// What a decoder's logits come from; `nil` in an encoder.
  package var head: Head? {
    get { if case .logits(let head) = output { head } else { nil } }
    set { if let newValue { output = .logits(newValue) } }
  }
}

/// What becomes of the residual stream after the last layer.
package enum GraphOutput: Equatable, Sendable {
  /// A decoder: one row of logits a position.
  case logits(Head)
  /// An encoder: one vector for all positions, scaled to unit length (SPEC.md, 3.14).
  case embedding(Pooling)
}

/// How an encoder's positions become one vector.
package enum Pooling: UInt8, Sendable, CaseIterable {
  /// The sum over all positions; the norm that follows makes it the mean.
  case mean = 1
  /// The first position.
  case first = 2
}

/// Final norm, quantiser and the matrix that gives logits.
package struct Head: Equatable, Sendable {
  package var norm: InputNorm
  package var site: QuantizerSite
  package var matrix: Matrix

  package init(norm: InputNorm, site: QuantizerSite, matrix: Matrix) {
    self.norm = norm
    self.site = site
    self.matrix = matrix
  }
}

/// One layer: attention, then the feed-forward network, each added to the residual stream.
package struct Layer: Equatable, Sendable {
  package var attention: Attention
  package var feedForward: FeedForward

  package init(attention: Attention, feedForward: FeedForward) {
    self.attention = attention
    self.feedForward = feedForward
  }
}
