import Testing

@testable import Templates

struct DateTests {
  private func text(_ pattern: String, _ date: TemplateDate?) throws -> String {
    String(decoding: try #require(date).formatted(Array(pattern.utf8)), as: UTF8.self)
  }

  @Test func weekdaysAndOrdinalsFollowTheGregorianCalendar() throws {
    let pattern = "%A %a %j %d %B %Y"
    #expect(try text(pattern, TemplateDate(year: 2000, month: 2, day: 29)) == "Tuesday Tue 060 29 February 2000")
    #expect(try text(pattern, TemplateDate(year: 1900, month: 3, day: 1)) == "Thursday Thu 060 01 March 1900")
    #expect(try text(pattern, TemplateDate(year: 2024, month: 12, day: 31)) == "Tuesday Tue 366 31 December 2024")
    #expect(try text(pattern, TemplateDate(year: 1, month: 1, day: 1)) == "Monday Mon 001 01 January 1")
  }

  @Test func hoursOfBothClocks() throws {
    let midnight = TemplateDate(year: 2024, month: 7, day: 4)
    let noon = TemplateDate(year: 2024, month: 7, day: 4, hour: 12)
    #expect(try text("%H %I %p %-d %-m %e", midnight) == "00 12 AM 4 7  4")
    #expect(try text("%H:%M:%S %I %p 100%%", noon) == "12:00:00 12 PM 100%")
  }

  @Test func impossibleDatesDoNotExist() {
    #expect(TemplateDate(year: 2023, month: 2, day: 29) == nil)
    #expect(TemplateDate(year: 1900, month: 2, day: 29) == nil)
    #expect(TemplateDate(year: 2024, month: 13, day: 1) == nil)
    #expect(TemplateDate(year: 2024, month: 4, day: 31) == nil)
    #expect(TemplateDate(year: 0, month: 1, day: 1) == nil)
    #expect(TemplateDate(year: 2024, month: 1, day: 1, hour: 24) == nil)
  }

  @Test func unknownDirectiveIsUnsupported() {
    #expect(throws: TemplateError.self) { try text("%Q", Fixture.now) }
    #expect(throws: TemplateError.self) { try text("100%", Fixture.now) }
  }

  @Test func withoutADateTheFunctionIsUndefined() throws {
    let fallback = try Template.parse(
      "{% if strftime_now is defined %}{{ strftime_now('%Y') }}{% else %}none{% endif %}")
    #expect(try fallback.render([:]) == Array("none".utf8))
    #expect(try fallback.render([:], now: Fixture.now) == Array("2025".utf8))
    let direct = try Template.parse("\n{{ strftime_now('%Y') }}")
    let error = #expect(throws: TemplateError.self) { try direct.render([:]) }
    #expect(error?.kind == .undefined)
    #expect(error?.line == 2)
    #expect(error?.message == "'strftime_now' is undefined")
  }
}
