import Hashing
import Node
import Receipts
import Testing

@Suite struct RoutingTableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func document(
    _ name: String, price: UInt64 = 1, program: String = "fake-1", root: Digest = FakeEngine.root
  ) throws -> IdentityDocument {
    let identity = try IdentityFile.loadOrMake(home: "\(folder.path)/\(name)")
    let served = ServedProgram(
      root: root, name: program, context: 512, price: Prices(prompt: price, answer: price))
    return IdentityDocument(identity: identity, network: NetworkName.local, programs: [served])
  }

  private func ids(_ table: RoutingTable, _ model: String = "fake-1") -> [Digest] {
    table.candidates(model: model).map(\.id)
  }

  @Test func theCheapestComesFirst() throws {
    var table = RoutingTable()
    let (dear, cheap) = (try document("a", price: 9), try document("b", price: 3))
    _ = try table.register(dear, endpoint: "https://a")
    _ = try table.register(cheap, endpoint: "https://b")
    #expect(ids(table) == [cheap.id, dear.id])
    #expect(ids(table, FakeEngine.root.hex).count == 2)
    #expect(ids(table, "other").isEmpty)
    #expect(table.knows(model: "fake-1"))
    #expect(!table.knows(model: "other"))
  }

  @Test func aCheaperProgramUnderAKnownNameIsNotRoutedTo() throws {
    var table = RoutingTable()
    let cheapRoot = SHA256.hash([1])
    let (honest, cheap) = (try document("a", price: 9), try document("b", price: 0, root: cheapRoot))
    _ = try table.register(honest, endpoint: "https://a")
    _ = try table.register(cheap, endpoint: "https://b")
    #expect(ids(table) == [honest.id])
    #expect(table.root(ofModel: "fake-1") == FakeEngine.root)
    #expect(ids(table, cheapRoot.hex) == [cheap.id])
  }

  @Test func anOperatorsNameHoldsAgainstWhoeverComesFirst() throws {
    var table = RoutingTable(models: [(name: "fake-1", root: FakeEngine.root)])
    let (cheap, honest) = (try document("b", price: 0, root: SHA256.hash([1])), try document("a", price: 9))
    _ = try table.register(cheap, endpoint: "https://b")
    #expect(ids(table).isEmpty && !table.knows(model: "fake-1"))
    _ = try table.register(honest, endpoint: "https://a")
    #expect(ids(table) == [honest.id])
  }

  @Test func ofEqualPricesTheLeastBusyThenTheLeastServed() throws {
    var table = RoutingTable()
    let documents = [try document("a"), try document("b")].sorted { $0.id < $1.id }
    for document in documents { _ = try table.register(document, endpoint: "https://x") }
    #expect(ids(table) == documents.map(\.id))
    table.begin(documents[0].id)
    #expect(ids(table) == documents.reversed().map(\.id))
    table.end(documents[0].id)
    #expect(ids(table) == documents.reversed().map(\.id))
    table.begin(documents[1].id)
    table.end(documents[1].id)
    #expect(ids(table) == documents.map(\.id))
    table.end(documents[1].id)
    #expect(table[documents[1].id]?.runningCount == 0)
  }

  @Test func threeFailuresInARowAreDown() throws {
    var table = RoutingTable()
    let document = try document("a")
    let id = document.id
    _ = try table.register(document, endpoint: "https://a")
    #expect(table.failed(id, reason: "x") == nil)
    #expect(table.failed(id, reason: "x") == nil)
    #expect(table.succeeded(id) == nil)
    #expect(table.failed(id, reason: "x") == nil)
    #expect(table.failed(id, reason: "x") == nil)
    #expect(table.failed(id, reason: "gone") == .wentDown(id, reason: "gone"))
    #expect(table.failed(id, reason: "gone") == nil)
    #expect(ids(table).isEmpty)
    #expect(table.knows(model: "fake-1"))
    #expect(table.succeeded(id) == .cameBack(id))
    #expect(ids(table) == [id])
  }

  @Test func registeringAgainChangesTheAddressAndRevives() throws {
    var table = RoutingTable()
    let document = try document("a")
    #expect(try table.register(document, endpoint: "https://a") == .joined(document.id, endpoint: "https://a"))
    #expect(try table.register(document, endpoint: "https://a") == nil)
    for _ in 0..<3 { _ = table.failed(document.id, reason: "x") }
    #expect(try table.register(document, endpoint: "https://a") == .cameBack(document.id))
    #expect(try table.register(document, endpoint: "https://b") == .moved(document.id, endpoint: "https://b"))
    #expect(table.all.count == 1)
  }

  @Test func anExcludedProviderStaysExcludedUnderANewAddress() throws {
    var table = RoutingTable()
    let document = try document("a")
    #expect(table.exclude(document.id, reason: "cheated") == .excluded(document.id, reason: "cheated"))
    _ = try table.register(document, endpoint: "https://a")
    #expect(ids(table).isEmpty)
    _ = try table.register(document, endpoint: "https://b")
    #expect(ids(table).isEmpty)
    #expect(table.exclude(document.id, reason: "again") == nil)
    #expect(table[document.id]?.exclusion == "cheated")
  }

  @Test func aProviderThatIsWellAndNeverAnswersComesLast() throws {
    var table = RoutingTable()
    let (cheap, dear) = (try document("a", price: 1), try document("b", price: 9))
    _ = try table.register(cheap, endpoint: "https://a")
    _ = try table.register(dear, endpoint: "https://b")
    _ = table.broke(cheap.id, reason: "x")
    _ = table.succeeded(cheap.id)
    #expect(ids(table) == [dear.id, cheap.id])
    for _ in 1..<RoutingTable.checksPerPardon { _ = table.succeeded(cheap.id) }
    #expect(ids(table) == [cheap.id, dear.id])
    for _ in 0..<9 { _ = table.broke(cheap.id, reason: "x") }
    #expect(table[cheap.id]?.brokenCount == 9 && table[cheap.id]?.isUp == false)
    #expect(table.answered(cheap.id) == .cameBack(cheap.id))
    #expect(ids(table) == [cheap.id, dear.id])
  }

  @Test func registeringAgainForgivesNoAnswer() throws {
    var table = RoutingTable()
    let document = try document("a")
    _ = try table.register(document, endpoint: "https://a")
    _ = table.broke(document.id, reason: "x")
    _ = try table.register(document, endpoint: "https://b")
    #expect(table[document.id]?.brokenCount == 1)
  }

  @Test func namesAreBounded() throws {
    let own = (name: "own", root: SHA256.hash([9]))
    var table = RoutingTable(nameLimit: 1, models: [own])
    var greedy = try document("a")
    for number in 0..<9 {
      greedy.programs.append(
        ServedProgram(
          root: SHA256.hash([UInt8(number)]), name: "n\(number)", context: 1, price: Prices(prompt: 1, answer: 1)))
    }
    _ = try table.register(greedy, endpoint: "https://a")
    #expect(table.root(ofModel: "fake-1") == FakeEngine.root)
    #expect(table.root(ofModel: "n0") == nil)
    #expect(ids(table, SHA256.hash([0]).hex) == [greedy.id])
    #expect(table.models.map(\.name) == ["fake-1"])
  }

  @Test func aNameIsListedOnceWithTheProgramItStandsFor() throws {
    let own = (name: "own", root: SHA256.hash([9]))
    var table = RoutingTable(models: [own])
    let cheap = try document("b", price: 0, root: SHA256.hash([1]))
    let (honest, owned) = (try document("a"), try document("c", program: "other", root: own.root))
    for document in [honest, cheap, owned] { _ = try table.register(document, endpoint: "https://x") }
    #expect(table.models.map(\.name) == ["own", "fake-1", "other"])
    #expect(table.models.map(\.program.root) == [own.root, FakeEngine.root, own.root])
    _ = table.exclude(honest.id, reason: "cheated")
    #expect(table.models.map(\.name) == ["own", "other"])
  }

  /// Equal to a reader's eye and to `String`, not in bytes.
  @Test func namesAreComparedByBytes() throws {
    var table = RoutingTable()
    let (one, two) = ("caf\u{E9}", "cafe\u{301}")
    _ = try table.register(try document("a", program: one), endpoint: "https://a")
    #expect(table.root(ofModel: two) == nil)
    _ = try table.register(try document("b", program: two, root: SHA256.hash([1])), endpoint: "https://b")
    #expect(table.models.count == 2)
  }

  @Test func providersThatLeftMakeRoomForOthers() throws {
    var table = RoutingTable(capacity: 2)
    let (busy, idle, late) = (try document("a"), try document("b"), try document("c"))
    _ = try table.register(busy, endpoint: "https://a")
    _ = try table.register(idle, endpoint: "https://b")
    table.begin(busy.id)
    for document in [busy, idle] { for _ in 0..<3 { _ = table.failed(document.id, reason: "x") } }
    #expect(try table.register(late, endpoint: "https://c") == .joined(late.id, endpoint: "https://c"))
    #expect(table[idle.id] == nil && table[busy.id] != nil)
    #expect(throws: RoutingError.full) { try table.register(idle, endpoint: "https://b") }
  }

  @Test func aFullTableRefusesStrangersOnly() throws {
    var table = RoutingTable(capacity: 1)
    _ = try table.register(try document("a"), endpoint: "https://a")
    #expect(throws: RoutingError.full) { try table.register(try document("b"), endpoint: "https://b") }
    _ = try table.register(try document("a"), endpoint: "https://c")
  }
}
