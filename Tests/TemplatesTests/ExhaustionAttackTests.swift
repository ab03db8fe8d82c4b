import StrictJSON
import Testing

@testable import Templates

/// Templates that try to use up time, memory or the stack: each ends with its typed error.
struct ExhaustionAttackTests {
  private func kind(_ text: String, limits: TemplateLimits = TemplateLimits()) -> TemplateError.Kind? {
    guard case .failure(let error) = Fixture.outcome(text, [:], limits: limits) else { return nil }
    return error.kind
  }

  @Test func hugeRangeIsRefused() {
    #expect(kind("{% for i in range(10**9) %}{% endfor %}") == .overflow)
    #expect(kind("{{ range(-9223372036854775807, 9223372036854775807)|length }}") == .overflow)
    #expect(kind("{{ range(0, 9223372036854775807, 9223372036854775807)|list }}") == nil)
  }

  @Test func nestedLoopsHitTheStepLimit() {
    let text = "{% for i in range(100000) %}{% for j in range(100000) %}{{ '' }}{% endfor %}{% endfor %}"
    #expect(kind(text, limits: TemplateLimits(stepCount: 200_000)) == .stepLimit)
  }

  @Test func doubledStringHitsTheMemoryLimitBeforeItIsPrinted() {
    let doubling =
      "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(64) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"
    #expect(kind(doubling) == .memoryLimit)
    #expect(kind(doubling.replacing("ns.s + ns.s", with: "ns.s ~ ns.s")) == .memoryLimit)
    #expect(kind(doubling.replacing("ns.s + ns.s", with: "[ns.s, ns.s]|join")) == .memoryLimit)
    #expect(kind(doubling.replacing("ns.s + ns.s", with: "ns.s|replace('x', 'xx')")) == .memoryLimit)
    #expect(kind("{{ 'x' * 10**12 }}") == .memoryLimit)
    #expect(kind("{{ 'xy' * 9223372036854775807 }}") == .memoryLimit)
    #expect(kind("{{ 'x'|indent(10**12) }}") == .memoryLimit)
    #expect(kind("{{ [1]|tojson(indent=10**12) }}") == .memoryLimit)
    #expect(kind("{{ ('x' * 100000).replace('', 'y' * 100000) }}") == .memoryLimit)
  }

  @Test func doubledListHitsTheMemoryLimit() {
    let text = "{% set ns = namespace(l=[1]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}{% endfor %}"
    #expect(kind(text) == .memoryLimit)
    #expect(kind("{{ [0] * 10**15 }}") == .memoryLimit)
  }

  @Test func sharedListPrintsNoMoreThanTheLimit() {
    let text = "{% set ns = namespace(l=[1]) %}{% for i in range(90) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}"
    for use in ["{{ ns.l }}", "{{ ns.l|tojson }}", "{{ ns.l == (ns.l + []) }}", "{{ ns.l|string|length }}"] {
      let error = kind(text + use, limits: TemplateLimits(stepCount: 100_000))
      #expect(error == .stepLimit || error == .memoryLimit)
    }
  }

  @Test func outputStopsAtItsLimit() {
    let text = "{% for i in range(1000) %}0123456789{% endfor %}"
    #expect(kind(text, limits: TemplateLimits(outputByteCount: 9_999)) == .outputLimit)
    #expect(kind(text, limits: TemplateLimits(outputByteCount: 10_000)) == nil)
  }

  @Test func macroThatCallsItselfHitsTheDepthLimit() {
    #expect(kind("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}") == .depthLimit)
    #expect(kind("{% macro m(a=m()) %}{% endmacro %}{{ m() }}") == .depthLimit)
    #expect(
      kind("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}") == .depthLimit)
  }

  @Test func deepSyntaxIsRefusedWhenParsed() {
    let count = 50_000
    let deep: [(String, String, String)] = [
      ("{{ ", "(", ""), ("{{ ", "[", ""), ("{{ ", "not ", "x }}"), ("{{ ", "-", "1 }}"), ("{{ ", "{1:", ""),
      ("{{ 1", " + 1", " }}"), ("{{ 1", " ~ 1 * 1", " }}"), ("{{ a", ".b", " }}"), ("{{ a", "|trim", " }}"),
      ("{{ a", "[0]", " }}"), ("{{ a", "()", " }}"), ("{{ 1", " if 1", " }}"), ("{{ a", " if b else c", " }}"),
      ("", "{% if x %}", ""), ("", "{% for x in y %}", ""), ("", "{% macro m() %}", ""), ("{% set ", "(", ""),
      ("{{ a", " and b", " }}"), ("{{ a", " is b", " }}"), ("{{ a is ", "is is ", "}}"), ("{% set x", "|f", " %}"),
    ]
    for (start, middle, end) in deep {
      let text = start + String(repeating: middle, count: count) + end
      let error = kind(text)
      #expect(error != nil || middle.hasPrefix(" ~"), "\(start)\(middle)")
    }
  }

  @Test func deepValuesAreRefused() {
    let list = "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}"
    #expect(kind(list) == .depthLimit)
    #expect(kind(list.replacing("[ns.l]", with: "{'a': ns.l}")) == .depthLimit)
    #expect(kind(list.replacing("[ns.l]", with: "(ns.l, 1)")) == .depthLimit)
    let loop = "{% set ns = namespace(l=1) %}{% for i in range(9999) %}{% for x in [ns.l] %}{% set ns.l = loop %}"
    #expect(kind(loop + "{% endfor %}{% endfor %}") == .depthLimit)
  }

  @Test func chainsOfNamespacesAndMacrosAreFreedWithoutRecursion() {
    let chain =
      "{% set ns = namespace(n=0) %}{% for i in range(100000) %}{% set ns.n = namespace(n=ns.n) %}{% endfor %}"
    #expect(kind(chain) == nil)
    #expect(kind("{% set a = namespace() %}{% set a.a = a %}{{ a.a.a is defined }}") == nil)
  }

  @Test func deepContextIsRefused() throws {
    var value: JSON = 1
    for _ in 0..<150 { value = .array([value]) }
    let template = try Template.parse("x")
    #expect(throws: TemplateError.self) { try template.render(["deep": value]) }
  }

  @Test func quadraticSearchIsPaidFor() {
    let text = "{% set a = 'a' * 200000 %}{{ (a + 'b') in a }}{{ a.find(('a' * 100000) + 'b') }}"
    #expect(kind(text, limits: TemplateLimits(stepCount: 1_000_000)) == .stepLimit)
  }

  @Test func integersOverflowWithAnError() {
    for text in [
      "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 9223372036854775807 * 2 }}",
      "{{ 10 ** 19 }}", "{{ 9223372036854775808 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
      "{{ -(-9223372036854775807 - 1) }}", "{{ (-9223372036854775807 - 1)|abs }}", "{{ 2 ** 9223372036854775807 }}",
    ] { #expect(kind(text) == .overflow, "\(text)") }
    #expect(kind("{{ (-9223372036854775807 - 1) % -1 }}") == nil)
    #expect(kind("{{ 'abc'[-9223372036854775807 - 1] }}{{ 'abc'[9223372036854775807:] }}") == nil)
    #expect(kind("{{ 'abc'[::-9223372036854775807 - 1] }}{{ [1, 2][-9223372036854775807:] }}") == nil)
  }

  @Test func longSourceIsRefusedBeforeItIsRead() {
    #expect(kind(String(repeating: "x", count: TemplateLimits.sourceByteCount + 1)) == .sourceLimit)
    #expect(throws: TemplateError.self) { try Template.parse([0x7B, 0x7B, 0xFF]) }
  }
}
