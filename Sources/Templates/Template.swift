import StrictJSON

/// A chat template: a program in a subset of the Jinja language, parsed once and rendered for every conversation.
///
/// Rendering equals Jinja 3.1.6 in its immutable sandbox with `trim_blocks`, `lstrip_blocks`, loop controls, and
/// `tojson` as a plain `json.dumps` without HTML escapes, which is how published chat templates are run. What lies
/// outside the subset is refused with a typed error, never guessed; `docs/templates.md` lists it.
///
/// ```swift
/// let template = try Template.parse("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}")
/// let prompt = try template.render(["messages": [["role": "user", "content": "Hi"]]])
/// ```
package struct Template: Sendable {
  private let program: TemplateProgram

  /// Parses a template's text.
  /// - Throws: `syntax`, `unsupported`, `overflow`, or (before any work) `invalidUTF8` and `sourceLimit`; `depthLimit`
  ///   where nesting exceeds what rendering could follow. Never traps, whatever the bytes.
  /// - Complexity: O(bytes).
  package static func parse(_ source: [UInt8]) throws(TemplateError) -> Template {
    Template(program: TemplateProgram(statements: try TemplateParser.parse(source)))
  }

  /// Parses a template's text.
  package static func parse(_ source: String) throws(TemplateError) -> Template {
    try parse(Array(source.utf8))
  }

  /// Renders the template to UTF-8 text.
  /// - Parameters:
  ///   - context: the variables the template sees, `messages` and the like; members keep their order.
  ///   - limits: where to stop a template that does too much.
  ///   - now: what `strftime_now` tells; without it that function is undefined.
  /// - Throws: `raised` with the template's own message where it refuses the conversation; other kinds as
  ///   `TemplateError.Kind` says.
  /// - Complexity: bounded by `limits`.
  package func render(
    _ context: JSONObject, limits: TemplateLimits = TemplateLimits(), now: TemplateDate? = nil
  ) throws(TemplateError) -> [UInt8] {
    var variables: [(name: String, value: Value)] = []
    for member in context.members { variables.append((member.name, try Value(member.value))) }
    return try Interpreter.render(program.statements, context: variables, limits: limits, now: now)
  }
}

/// The parsed statements of a template.
///
/// Sendable although values in general are not: the only values in a parsed template are its constants, which are
/// strings, numbers, truth values and `none`, and nothing changes them after parsing.
private final class TemplateProgram: @unchecked Sendable {
  let statements: [Statement]

  init(statements: [Statement]) {
    self.statements = statements
  }
}
