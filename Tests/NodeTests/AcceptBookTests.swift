import Node
import Receipts
import Testing

@Suite struct AcceptBookTests {
  let id = RequestID.random()

  @Test func anAcceptIsHonouredOnce() throws {
    var book = AcceptBook<Int>(capacity: 2)
    try book.add(7, id: id, now: 0)
    #expect(try book.open(id, now: 1) == 7)
    #expect(try book.use(id, now: 2) == 7)
    #expect(book.openCount == 0)
  }

  @Test func aReplayedJobIsRefused() throws {
    var book = AcceptBook<Int>(capacity: 2)
    try book.add(7, id: id, now: 0)
    _ = try book.use(id, now: 1)
    #expect(throws: AcceptRefusal.replayed) { try book.use(id, now: 2) }
    #expect(throws: AcceptRefusal.replayed) { try book.open(id, now: 2) }
    #expect(throws: AcceptRefusal.repeated) { try book.add(8, id: id, now: 2) }
  }

  @Test func anUnknownIDIsRefused() {
    let book = AcceptBook<Int>(capacity: 2)
    #expect(throws: AcceptRefusal.unknown) { try book.open(id, now: 0) }
  }

  @Test func aLateJobIsRefused() throws {
    var book = AcceptBook<Int>(capacity: 2, lifetime: 100)
    try book.add(7, id: id, now: 0)
    #expect(try book.open(id, now: 100) == 7)
    #expect(throws: AcceptRefusal.late) { try book.use(id, now: 101) }
  }

  @Test func aFullBookForgetsTheExpiredFirst() throws {
    var book = AcceptBook<Int>(capacity: 2, lifetime: 100)
    let used = RequestID.random()
    try book.add(1, id: .random(), now: 0)
    try book.add(2, id: used, now: 50)
    _ = try book.use(used, now: 50)
    try book.add(3, id: id, now: 101)
    #expect(book.count == 2)
    #expect(throws: AcceptRefusal.replayed) { try book.open(used, now: 101) }
    #expect(try book.open(id, now: 101) == 3)
  }

  @Test func aFullBookForgetsTheUsedNext() throws {
    var book = AcceptBook<Int>(capacity: 2)
    let used = RequestID.random()
    try book.add(1, id: id, now: 0)
    try book.add(2, id: used, now: 0)
    _ = try book.use(used, now: 1)
    try book.add(3, id: .random(), now: 1)
    #expect(throws: AcceptRefusal.unknown) { try book.open(used, now: 1) }
    #expect(try book.open(id, now: 1) == 1)
  }

  @Test func acceptsThatAreNeverUsedDoNotStopTheBook() throws {
    var book = AcceptBook<Int>(capacity: 16)
    for number in 0..<1_000 { try book.add(number, id: .random(), now: 0) }
    try book.add(7, id: id, now: 0)
    #expect(book.count == 16)
    for number in 0..<15 { try book.add(number, id: .random(), now: 0) }
    #expect(try book.open(id, now: 0) == 7)
    try book.add(8, id: .random(), now: 0)
    #expect(throws: AcceptRefusal.unknown) { try book.open(id, now: 0) }
  }

  @Test func timeMayRunOut() throws {
    var book = AcceptBook<Int>(capacity: 2, lifetime: .max)
    try book.add(1, id: id, now: .max - 1)
    #expect(try book.open(id, now: .max) == 1)
  }
}

@Suite struct ClockToleranceTests {
  @Test func anExpiryMustLeaveTimeForAnAnswer() throws {
    let now: UInt64 = 10_000_000
    let soonest = now + ClockTolerance.shortestExpiry - ClockTolerance.milliseconds
    try ClockTolerance.check(expiry: soonest, now: now)
    #expect(throws: ClockError.self) { try ClockTolerance.check(expiry: soonest - 1, now: now) }
    #expect(throws: ClockError.expired(seconds: 9)) { try ClockTolerance.check(expiry: now - 9_000, now: now) }
    #expect(throws: ClockError.expired(seconds: 0)) { try ClockTolerance.check(expiry: now, now: now) }
  }

  @Test func anExpiryMayNotLieTooFarAhead() throws {
    let latest = ClockTolerance.longestExpiry + ClockTolerance.milliseconds
    try ClockTolerance.check(expiry: latest, now: 0)
    #expect(throws: ClockError.self) { try ClockTolerance.check(expiry: latest + 1, now: 0) }
    #expect(throws: ClockError.self) { try ClockTolerance.check(expiry: .max, now: 0) }
  }

  @Test func clocksMayDifferByFiveMinutes() throws {
    try ClockTolerance.check(peerTime: 300_000, now: 0)
    try ClockTolerance.check(peerTime: 0, now: 300_000)
    #expect(throws: ClockError.skewed(seconds: 300, isAhead: true)) {
      try ClockTolerance.check(peerTime: 300_001, now: 0)
    }
    #expect(throws: ClockError.skewed(seconds: 301, isAhead: false)) {
      try ClockTolerance.check(peerTime: 0, now: 301_000)
    }
    #expect("\(ClockError.skewed(seconds: 301, isAhead: false))".contains("301 seconds behind"))
  }

  @Test func theSystemClockIsAfter2020() {
    #expect(WallClock.system.now() > 1_577_836_800_000)
  }
}
