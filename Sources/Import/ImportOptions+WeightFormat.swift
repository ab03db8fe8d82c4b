import Program
import StrictJSON

extension ImportOptions {
  /// Weight formats by kind of matrix. Embeddings, positions and routers are always int8.
  package struct WeightFormats: Sendable, Equatable {
    package var query = Matrix.Format.int8
    package var key = Matrix.Format.int8
    package var value = Matrix.Format.int8
    package var output = Matrix.Format.int8
    /// Of experts and shared networks too, as the next two.
    package var gate = Matrix.Format.int8
    package var up = Matrix.Format.int8
    package var down = Matrix.Format.int8
    package var head = Matrix.Format.int8

    package init() {}

    /// Every matrix of the layers in one format; the head, which is the most sensitive, stays int8.
    package init(layers format: Matrix.Format) {
      (query, key, value, output) = (format, format, format, format)
      (gate, up, down) = (format, format, format)
    }
  }
}

extension ImportOptions.WeightFormats {
  private static let fields: [(name: String, path: WritableKeyPath<Self, Matrix.Format> & Sendable)] = [
    ("query", \.query), ("key", \.key), ("value", \.value), ("output", \.output), ("gate", \.gate), ("up", \.up),
    ("down", \.down), ("head", \.head),
  ]

  package var hasInt4: Bool { Self.fields.contains { self[keyPath: $0.path] == .int4 } }

  /// The format of the matrix at a place of a graph.
  subscript(_ place: Place) -> Matrix.Format {
    // Shared networks of experts are called "shared gate" and so on.
    let name = place.name.utf8.split(separator: UInt8(ascii: " ")).last
    let field = Self.fields.first { field in name.map { field.name.utf8.elementsEqual($0) } ?? false }
    return field.map { self[keyPath: $0.path] } ?? .int8
  }

  /// The member `weightFormats` of the record.
  var json: JSON {
    .object(
      JSONObject(Self.fields.map { .init(name: $0.name, value: self[keyPath: $0.path] == .int4 ? "int4" : "int8") }))
  }
}
