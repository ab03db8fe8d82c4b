import Node
import Testing

@Suite struct ServiceEventTests {
  @Test(arguments: [
    ServiceEvent.loading(what: "checking \"x\"", done: 3, total: 9), .ready(endpoint: "https://127.0.0.1:1"),
    .notice("a\nb"), .failed(message: "port 1 is taken", status: 69),
  ])
  func anEventSurvivesItsLine(_ event: ServiceEvent) {
    #expect(!event.line.contains("\n"))
    #expect(ServiceEvent(line: Array(event.line.utf8)) == event)
  }

  @Test(arguments: [
    "", "hello", "{}", #"{"event":"ready"}"#, #"{"event":"other"}"#, #"{"event":"failed","message":"x"}"#,
    #"{"event":"failed","message":"x","status":99999999999}"#, #"{"event":"loading","what":"x","done":1}"#,
    #"{"event":"notice"}"#,
  ])
  func otherLinesAreNoEvents(_ line: String) {
    #expect(ServiceEvent(line: Array(line.utf8)) == nil)
  }

  @Test func wordsAreForPeople() {
    #expect(ServiceEvent.loading(what: "checking", done: 1, total: 2).words == "checking 50 %")
    #expect(ServiceEvent.loading(what: "checking", done: 0, total: 0).words == "checking")
    #expect(ServiceEvent.ready(endpoint: "e").words == "ready at e")
  }

  @Test func whatAPeerSaysDoesNotSteerTheTerminal() {
    #expect(ServiceEvent.notice("p\u{1B}]0;x\u{7} joined\r\n").words == "p]0;x joined")
  }

  @Test func errorsKnowTheirExitStatus() {
    #expect(ServiceError.portTaken(host: "127.0.0.1", port: 8_080).exitStatus == 69)
    #expect(ServiceError.configuration("x").exitStatus == 78)
    #expect("\(ServiceError.portTaken(host: "127.0.0.1", port: 8_080))".contains("--port"))
  }
}
