import StrictJSON
import Testing

@testable import Templates

struct ErrorTests {
  private func error(_ text: String, _ context: JSONObject = [:]) -> TemplateError? {
    guard case .failure(let error) = Fixture.outcome(text, context) else { return nil }
    return error
  }

  @Test func aTemplateRefusesWithItsOwnWords() {
    let refusal = error("a\n\n{{ raise_exception('Roles must ' ~ 'alternate: ' ~ role) }}", ["role": "tool"])
    #expect(refusal == TemplateError(.raised, line: 3, "Roles must alternate: tool"))
  }

  @Test func errorsCarryTheirLine() {
    #expect(error("one\n{{ two.three }}")?.line == 2)
    #expect(error("one\n{% if x %}\n{{ 1 + }}\n{% endif %}")?.line == 3)
    #expect(error("{#\n\n#}\n{{ 'a\nb' + 1 }}")?.line == 4)
    #expect(error("x\n{%- for i in [1] %}\n  {{ i|nonsense }}\n{% endfor %}")?.line == 3)
  }

  @Test func constructsOutsideTheSubsetAreNamed() {
    for text in [
      "{% include 'a' %}", "{% extends 'a' %}", "{% import 'a' as b %}", "{% from 'a' import b %}",
      "{% block a %}{% endblock %}", "{% autoescape true %}{% endautoescape %}",
      "{% for x in y recursive %}{% endfor %}",
      "{{ f(*a) }}", "{{ f(**a) }}", "{{ '%s' % 'a' }}", "{{ '{}'.format(1) }}", "{{ 0.5 + 1 }}", "{{ 1 / 3 }}",
      "{{ 2 ** -1 }}", "{{ lipsum() }}", "{{ cycler(1) }}", "{{ [1]|batch(2) }}", "{{ 1.5|round }}",
      "{{ namespace() }}",
      "{{ 'a'.encode() }}", "{{ 'é' is upper }}", "{{ a[1, 2] }}", "{{ range(3) }}",
    ] { #expect(error(text)?.kind == .unsupported, "\(text)") }
  }

  @Test func bigIntegersOfTheContextPrintExactly() throws {
    let context = try #require(try JSON.parse(Array(#"{"n": 123456789012345678901234567890, "z": -0}"#.utf8)).object)
    let template = try Template.parse("{{ n }} {{ [n]|tojson }} {{ n == n }} {{ n is integer }} {{ z }}")
    let expected = "123456789012345678901234567890 [123456789012345678901234567890] True True 0"
    #expect(try template.render(context) == Array(expected.utf8))
    #expect(error("{{ n + 1 }}", context)?.kind == .unsupported)
  }

  @Test func fractionsPrintAsPythonWritesThem() throws {
    let numbers = "[0.70, 1.0, 1e5, 1E+16, 1e15, 123456.789e3, 0.0001, 0.00001, -0.0, -2.50, 5e-324e0]"
    let text = numbers.replacing(", 5e-324e0", with: "")
    let context = try #require(try JSON.parse(Array(#"{"l": \#(text)}"#.utf8)).object)
    let expected = "[0.7, 1.0, 100000.0, 1e+16, 1000000000000000.0, 123456789.0, 0.0001, 1e-05, -0.0, -2.5]"
    #expect(try Template.parse("{{ l }}").render(context) == Array(expected.utf8))
    #expect(error("{{ x }}", ["x": .number(try #require(try number("1e400")))])?.kind == .value)
  }

  private func number(_ text: String) throws -> JSONNumber? {
    guard case .number(let number) = try JSON.parse(Array(text.utf8)) else { return nil }
    return number
  }

  @Test func canonicallyEqualStringsStayDifferent() throws {
    let template = try Template.parse(
      "{{ 'e\u{301}' == '\u{E9}' }} {{ 'e\u{301}'|length }} {{ d['\u{E9}'] is defined }}")
    #expect(try template.render(["d": ["e\u{301}": 1]]) == Array("False 2 False".utf8))
  }
}
