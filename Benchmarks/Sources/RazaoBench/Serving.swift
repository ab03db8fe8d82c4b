import StrictJSON

/// Keeps one model open and carries out orders from standard input, so that runs of two engines can alternate.
struct Serving {
  private let opened: OpenedModel

  init(_ command: Command) throws {
    opened = try OpenedModel(command)
  }

  /// Answers each line with one line of JSON, until standard input ends.
  func run() throws {
    RazaoBench.write(["ready": opened.json])
    while let line = readLine() { RazaoBench.write(try perform(Command(line.split(separator: " ")))) }
  }

  private func perform(_ command: Command) throws -> JSON {
    let model = opened.model
    switch command.name {
    case "generate": return json(try SpeedRun(command).generate(model))
    case "prefill": return json(try SpeedRun(command).prefill(model))
    case "level1": return try level1(command)
    case "reruns":
      let times = try SpeedRun(command).reruns(model, answers: try command.count("answers"))
      return ["single_nanoseconds": JSON(times.single), "together_nanoseconds": JSON(times.together)]
    case "users": return try UsersRun(command).json(model)
    default: throw CommandError("no order \(command.name)")
    }
  }

  private func json(_ outcome: SpeedRun.Outcome) -> JSON {
    ["nanoseconds": JSON(outcome.nanoseconds), "trace_root": .string(outcome.root.hex)]
  }

  /// Generation with its trace, then the check of what was generated.
  private func level1(_ command: Command) throws -> JSON {
    var run = try SpeedRun(command)
    run.isTraced = true
    let generated = try run.generate(opened.model)
    let checked = try run.rerun(opened.model, answer: generated.answer)
    guard checked.root == generated.root else { throw CommandError("the check found another trace") }
    return [
      "generate_nanoseconds": JSON(generated.nanoseconds), "check_nanoseconds": JSON(checked.nanoseconds),
      "tokens": JSON(generated.answer.count), "trace_root": .string(generated.root.hex),
    ]
  }
}
