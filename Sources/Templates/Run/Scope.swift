/// The variables of one block, and the block around it.
///
/// A chain is never longer than the nesting of blocks in the template's text, because a macro's scope hangs under the
/// scope it was written in, not under its caller's.
final class Scope {
  private var variables: [String: Value] = [:]
  private let outer: Scope?

  init(inside outer: Scope?) {
    self.outer = outer
  }

  /// The value of a variable here or outside.
  subscript(name: String) -> Value? {
    var scope: Scope? = self
    while let here = scope {
      if let value = here.variables[name] { return value }
      scope = here.outer
    }
    return nil
  }

  /// Sets a variable of this scope; the same name outside keeps its value.
  func define(_ name: String, _ value: Value) { variables[name] = value }

  /// Lets go of every variable, so that macros that see themselves are freed.
  func clear() { variables = [:] }
}
