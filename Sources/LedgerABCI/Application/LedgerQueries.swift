import ABCI
import Hashing
import Ledger
import LedgerStore
import Synchronization

/// A committed state and its height.
struct CommittedView: Sendable {
  var height: UInt64
  var state: CommittedState
}

/// Answers the engine's Query from the last commit, without the application's lock.
///
///     | path           | data                                        | value                                     |
///     | "" or "/state" | key                                         | the record; proof on request              |
///     | "/list"        | u8 table, u32 limit, key to begin after     | u32 count; each: key, value               |
///     | "/events"      | u64 sequence to begin after, u32 limit      | u32 count; each: u64 sequence, u64 height,|
///     |                |                                             | kind, u32 attributes: name, value         |
///
/// Numbers are little-endian; keys, values and texts are preceded by their u32 length. Only a key's own record can be
/// proven: a list is as honest as the node that gives it.
final class LedgerQueries: Sendable {
  /// Why a question is not answered.
  enum Refusal: UInt32 {
    case path = 1
    case height = 2
    case data = 3
    case empty = 4
    case store = 5
  }

  /// The kind of the one proof operation; its data is a `StateProof`.
  static let proofKind = "razao/state/1"
  static let countLimit = 1_000
  private static let byteLimit = 8 << 20

  private let store: LedgerStore
  private let current: Mutex<CommittedView?>

  init(store: LedgerStore, view: CommittedView?) {
    self.store = store
    current = Mutex(view)
  }

  var view: CommittedView? {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  func answer(_ request: QueryRequest) -> QueryResponse {
    guard let view else { return Self.refused(.empty, "the chain has not begun") }
    guard request.height == 0 || request.height == Int64(clamping: view.height) else {
      return Self.refused(.height, "only the last committed state can be asked for, that of height \(view.height)")
    }
    var response: QueryResponse
    do throws(LedgerStoreError) {
      switch request.path {
      case "", "/state": response = state(request, view)
      case "/list": response = try list(request.data)
      case "/events": response = try events(request.data)
      default: response = Self.refused(.path, "there is no path of this name; known are /state, /list and /events")
      }
    } catch {
      response = Self.refused(.store, "\(error)")
    }
    response.height = Int64(clamping: view.height)
    return response
  }

  private static func refused(_ refusal: Refusal, _ sentence: String) -> QueryResponse {
    QueryResponse {
      $0.code = refusal.rawValue
      $0.log = sentence
      $0.codespace = "razao/query"
    }
  }

  private func state(_ request: QueryRequest, _ view: CommittedView) -> QueryResponse {
    let value = view.state.value(request.data)
    return QueryResponse {
      $0.key = request.data
      $0.value = value ?? []
      $0.info = value == nil ? "absent" : "present"
      guard request.wantsProof else { return }
      $0.proof = ProofOperations {
        $0.operations = [
          ProofOperation {
            $0.kind = Self.proofKind
            $0.key = request.data
            $0.data = view.state.proof(of: request.data)
          }
        ]
      }
    }
  }

  private func list(_ data: [UInt8]) throws(LedgerStoreError) -> QueryResponse {
    var reader = ByteReader(data)
    guard let code = try? reader.read(UInt8.self), let table = StateTable(rawValue: code),
      let limit = try? reader.read(UInt32.self), let cursor = try? reader.readBytes(reader.left)
    else { return Self.refused(.data, "data must be a table's code, a limit of four bytes and a key") }
    let records = try store.list(table, after: cursor, limit: min(Int(limit), Self.countLimit))
    var writer = ByteWriter()
    var count: UInt32 = 0
    for (key, value) in records where writer.bytes.count <= Self.byteLimit {
      writer.writeCounted(key)
      writer.writeCounted(value)
      count += 1
    }
    return Self.counted(count, writer)
  }

  private func events(_ data: [UInt8]) throws(LedgerStoreError) -> QueryResponse {
    var reader = ByteReader(data)
    guard let sequence = try? reader.read(UInt64.self), let limit = try? reader.read(UInt32.self), reader.left == 0
    else { return Self.refused(.data, "data must be a number of eight bytes and a limit of four") }
    let placed = try store.events(after: sequence, limit: min(Int(limit), Self.countLimit))
    var writer = ByteWriter()
    var count: UInt32 = 0
    for event in placed where writer.bytes.count <= Self.byteLimit {
      writer.write([event.sequence, event.height])
      writer.writeCounted(Array(event.event.kind.utf8))
      writer.write(UInt32(clamping: event.event.attributes.count))
      for attribute in event.event.attributes {
        writer.writeCounted(Array(attribute.name.utf8))
        writer.writeCounted(Array(attribute.value.utf8))
      }
      count += 1
    }
    return Self.counted(count, writer)
  }

  private static func counted(_ count: UInt32, _ records: ByteWriter) -> QueryResponse {
    var head = ByteWriter()
    head.write(count)
    return QueryResponse { $0.value = head.bytes + records.bytes }
  }
}
