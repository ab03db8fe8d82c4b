import Protobuf

/// A message of ABCI 2.0: all fields have the defaults of protocol buffers, so a value starts empty and is filled.
///
/// ```
/// let answer = CheckTxResponse { $0.code = 5 }
/// ```
package protocol ABCIMessage: ProtobufMessage, Equatable {
  init()
  /// Takes over one field; fields it does not know are passed over.
  mutating func read(_ field: ProtobufField) throws(ProtobufError)
}

extension ABCIMessage {
  package init(reading reader: inout ProtobufReader) throws(ProtobufError) {
    self.init()
    while let field = try reader.next() { try read(field) }
  }

  /// A message filled by `fill`.
  package init(_ fill: (inout Self) -> Void) {
    self.init()
    fill(&self)
  }
}

/// A message without fields: Flush both ways, the requests of Commit and ListSnapshots.
package struct EmptyMessage: ABCIMessage {
  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {}

  package func write(to writer: inout ProtobufWriter) {}
}
