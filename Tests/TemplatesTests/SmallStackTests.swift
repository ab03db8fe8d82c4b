import Foundation
import StrictJSON
import Testing

@testable import Templates

/// The deepest work the limits allow fits a thread with little stack.
struct SmallStackTests {
  /// Outcome of rendering on a thread of 512 KiB.
  private func outcome(_ text: String, _ context: JSONObject = [:]) async -> TemplateError.Kind? {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        guard case .failure(let error) = Fixture.outcome(text, context) else {
          return continuation.resume(returning: nil)
        }
        continuation.resume(returning: error.kind)
      }
      thread.stackSize = 512 << 10
      thread.start()
    }
  }

  @Test func macrosUpToTheDepthLimit() async {
    #expect(await outcome("{% macro m() %}{{ [m()]|join }}{% endmacro %}{{ m() }}") == .depthLimit)
    let blocks =
      "{% for a in [1] %}{% if a %}{% with b = a %}{% filter trim %}{{ (m()) ~ '' }}{% endfilter %}{% endwith %}"
    #expect(await outcome("{% macro m() %}\(blocks){% endif %}{% endfor %}{% endmacro %}{{ m() }}") == .depthLimit)
    #expect(
      await outcome("{% macro m() %}{{ caller() }}{{ m() }}{% endmacro %}{% call m() %}x{% endcall %}") == .undefined)
  }

  @Test func syntaxUpToTheDepthLimit() async {
    for count in [20, 40, 90, 100, 1000] {
      let parentheses = String(repeating: "(", count: count) + "1" + String(repeating: ")", count: count)
      let brackets = String(repeating: "[", count: count) + String(repeating: "]", count: count)
      let sums = "0" + String(repeating: " + 1", count: count)
      let tags = String(repeating: "{% if 1 %}", count: count) + String(repeating: "{% endif %}", count: count)
      for text in ["{{ \(parentheses) }}", "{{ \(brackets) }}", "{{ \(sums) }}", tags] {
        let kind = await outcome(text)
        #expect(kind == nil || kind == .depthLimit)
      }
    }
  }

  @Test func valuesUpToTheDepthLimit() async {
    let text = "{% set ns = namespace(l=[]) %}{% for i in range(98) %}{% set ns.l = [ns.l] %}{% endfor %}"
    #expect(await outcome(text + "{{ ns.l }}{{ ns.l|tojson(indent=1) }}{{ ns.l == [ns.l] }}") == nil)
  }
}
