import StrictJSON
import Testing

@testable import Templates

/// No text makes the parser or the renderer trap.
struct MutationTests {
  /// A generator with a fixed seed (SplitMix64).
  private struct Generator {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ (z >> 31)) % UInt64(bound))
    }
  }

  private let limits = TemplateLimits(stepCount: 20_000, outputByteCount: 1 << 16, memoryByteCount: 1 << 20)

  private func templates() throws -> [String] {
    let chat = try #require(try Fixture.load("chat-templates.json")["templates"]?.object)
    return chat.members.compactMap { $0.value.string }
  }

  private func context() throws -> JSONObject {
    try #require(try Fixture.load("chat-templates.json")["conversations"]?["tool-call"]?.object)
  }

  /// Parses and, where that succeeds, renders; any typed error is fine.
  private func exercise(_ bytes: [UInt8], _ context: JSONObject) {
    guard let template = try? Template.parse(bytes) else { return }
    _ = try? template.render(context, limits: limits, now: Fixture.now)
  }

  @Test func everyPrefixOfEveryTemplateIsHandled() throws {
    let context = try context()
    for text in try templates() {
      let bytes = Array(text.utf8)
      for length in 0...bytes.count { exercise(Array(bytes[..<length]), context) }
    }
  }

  @Test func randomByteChangesAreHandled() throws {
    let context = try context()
    var generator = Generator(state: 20_250_307)
    for text in try templates() {
      for _ in 0..<300 {
        var bytes = Array(text.utf8)
        for _ in 0...generator.next(below: 4) {
          bytes[generator.next(below: bytes.count)] = UInt8(generator.next(below: 128))
        }
        exercise(bytes, context)
      }
    }
  }

  @Test func randomPiecesOfSyntaxAreHandled() throws {
    let pieces = [
      "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if", "for", "in", "set", "else", "endif", "endfor",
      "macro",
      "endmacro", "raw", "endraw", "(", ")", "[", "]", "{", "}", ":", ",", ".", "|", "~", "*", "/", "%", "==", "=", "<",
      "not",
      "is", "and", "or", "x", "messages", "loop", "'a'", "1", "0.5", "none", "tojson", "length", "defined", "namespace",
      "\\",
      "é", "caller", "call", "endcall", "filter", "break",
    ]
    let context = try context()
    var generator = Generator(state: 7)
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0...generator.next(below: 24) {
        text += pieces[generator.next(below: pieces.count)] + (generator.next(below: 3) == 0 ? "" : " ")
      }
      exercise(Array(text.utf8), context)
    }
  }

  @Test func randomExpressionsOverEveryKindOfValueAreHandled() throws {
    let values = [
      "none", "missing", "true", "7", "-3", "0", "0.5", "'aé日'", "''", "[1, 'x']", "(1, 2)", "{'a': 1}", "{}",
      "range(3)", "messages",
      "namespace(a=1)", "loop", "dict", "messages|map(attribute='role')", "{'a': 1}.items()", "'x'.upper",
      "9223372036854775807",
    ]
    let forms = [
      "{{ A + B }}", "{{ A * B }}", "{{ A % B }}", "{{ A // B }}", "{{ A / B }}", "{{ A ** B }}", "{{ A ~ B }}",
      "{{ A < B }}",
      "{{ A == B }}", "{{ A in B }}", "{{ A[B] }}", "{{ A[B:] }}", "{{ A[::B] }}", "{{ -A }}", "{{ A(B) }}",
      "{{ A.a }}",
      "{% for x in A %}{{ x }}{{ loop.last }}{% endfor %}", "{% for x, y in A %}{{ x }}{% endfor %}",
      "{{ [A, B]|sort }}",
      "{{ A|tojson(indent=B) }}", "{{ A|join(B) }}", "{{ A|replace(B, B) }}", "{{ A|default(B, true) }}",
      "{{ A|map(B)|list }}",
      "{{ A|selectattr(B)|list }}", "{{ A|indent(B) }}", "{{ A|dictsort(by=B) }}", "{{ A|unique|list }}",
      "{{ A|sum(start=B) }}",
      "{{ A|first }}{{ A|last }}{{ A|length }}", "{{ A is divisibleby B }}", "{{ A is sameas B }}", "{{ A.split(B) }}",
      "{{ A.strip(B) }}", "{{ A.get(B) }}", "{{ A|reverse|list }}{{ A|int }}{{ A|abs }}", "{{ {A: B} }}",
      "{{ range(A, B)|list }}",
      "{% for i in [1, 2] %}{{ loop.changed(A) }}{{ loop.cycle(A, B) }}{% endfor %}",
      "{{ A|attr(B) }}{{ A|string|title }}",
    ]
    let context = try context()
    for form in forms {
      for left in values {
        for right in values {
          exercise(Array(form.replacing("A", with: "(\(left))").replacing("B", with: "(\(right))").utf8), context)
        }
      }
    }
  }
}
