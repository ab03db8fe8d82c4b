import Foundation
import StrictJSON

@testable import Templates

/// Files beside the tests, written by `scripts/template-fixtures.py`.
enum Fixture {
  static func load(_ name: String) throws -> JSON {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)"))
    return try JSON.parse([UInt8](data))
  }

  /// The moment the fixtures were rendered at.
  static let now = TemplateDate(year: 2025, month: 3, day: 7, hour: 14, minute: 5, second: 9)

  /// Text that a template gave, or the error it ended with.
  static func outcome(
    _ text: String, _ context: JSONObject, limits: TemplateLimits = TemplateLimits()
  ) -> Result<[UInt8], TemplateError> {
    Result { () throws(TemplateError) in
      try Template.parse(text).render(context, limits: limits, now: now)
    }
  }

  /// Compares an outcome with what a fixture expects; the difference in words, or `nil` when they agree.
  static func difference(_ outcome: Result<[UInt8], TemplateError>, _ expected: JSON) -> String? {
    switch outcome {
    case .success(let bytes):
      guard let output = expected["output"]?.string else {
        return
          "rendered \(String(decoding: bytes, as: UTF8.self).debugDescription) instead of failing: \(expected.text)"
      }
      if bytes.elementsEqual(output.utf8) { return nil }
      return "got      \(String(decoding: bytes, as: UTF8.self).debugDescription)\nexpected \(output.debugDescription)"
    case .failure(let error):
      let kind = expected["error"]?.string ?? expected["refused"]?.string
      guard error.kind.rawValue == kind else { return "failed with \(error) instead of \(expected.text)" }
      if let message = expected["message"]?.string, message != error.message {
        return "wrong message: \(error.message)"
      }
      return nil
    }
  }
}
