import StrictJSON
import Testing

@testable import Templates

/// Byte-for-byte comparison with Jinja 3.1.6 over the fixtures.
struct ReferenceTests {
  @Test func everyTemplateRendersEveryConversationLikeTheReference() throws {
    let fixture = try Fixture.load("chat-templates.json")
    let renderings = try #require(fixture["renderings"]?.array)
    #expect(renderings.count >= 20 * 12)
    for rendering in renderings {
      let template = try #require(rendering["template"]?.string)
      let conversation = try #require(rendering["conversation"]?.string)
      let text = try #require(fixture["templates"]?[template]?.string)
      let context = try #require(fixture["conversations"]?[conversation]?.object)
      if let difference = Fixture.difference(Fixture.outcome(text, context), rendering) {
        Issue.record("\(template) with \(conversation):\n\(difference)")
      }
    }
  }

  @Test func everySnippetEqualsTheReference() throws {
    let fixture = try Fixture.load("snippets.json")
    let snippets = try #require(fixture["snippets"]?.array)
    let context = try #require(fixture["context"]?.object)
    #expect(snippets.count >= 150)
    for snippet in snippets {
      let text = try #require(snippet["template"]?.string)
      if let difference = Fixture.difference(Fixture.outcome(text, context), snippet) {
        Issue.record("\(text.debugDescription):\n\(difference)")
      }
    }
  }

  @Test func renderingTwiceGivesTheSameBytes() throws {
    let fixture = try Fixture.load("chat-templates.json")
    let context = try #require(fixture["conversations"]?["tool-call"]?.object)
    for member in try #require(fixture["templates"]?.object).members {
      let template = try Template.parse(try #require(member.value.string))
      let first = Result { () throws(TemplateError) in try template.render(context, now: Fixture.now) }
      let second = Result { () throws(TemplateError) in try template.render(context, now: Fixture.now) }
      #expect(first == second)
    }
  }
}
