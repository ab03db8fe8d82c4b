import Dialects
import Hashing
import Hummingbird
import NIOCore
import Receipts
import StrictJSON

/// The provider's addresses about money: it takes vouchers, and shows where receipts are anchored.
struct PaymentRoutes: Sendable {
  let cashier: Cashier
  let books: ProviderBooks
  let chain: Digest
  let provider: Digest

  func add(to router: Router<NodeContext>) {
    router.post("/razao/v1/vouchers") { request, _ in try await take(request) }
    router.get("/razao/v1/inclusions/:id") { _, context in try inclusion(context) }
  }

  private func take(_ request: Request) async throws -> Response {
    var request = request
    let bytes = try await request.collectBytes(limit: 1_024)
    guard let voucher = try? SignedVoucher(decoding: bytes) else {
      throw RequestError(.invalidValue, nil, "The body is not a voucher of \(SignedVoucher.byteCount) bytes.")
    }
    return Response(["held": JSON(try await cashier.take(voucher))])
  }

  private func inclusion(_ context: NodeContext) throws -> Response {
    guard let id = context.parameters.get("id").flatMap({ Receipts.RequestID(hex: $0) }),
      let inclusion = try books.inclusion(of: id, chain: chain, provider: provider)
    else { throw RequestError(.receiptNotFound, nil, "No anchored receipt of this id is here; try again shortly.") }
    return Response(bytes: inclusion.encoded(), type: "application/octet-stream")
  }

  /// Begins a job on credit, or refuses it.
  func admit(_ asked: AcceptRequest, desk: ProviderDesk) async throws {
    try await cashier.admit(asked, most: desk.greatestAmount(asked))
  }

  /// An answer has ended.
  func release(_ id: Receipts.RequestID) {
    Task { await cashier.release(id) }
  }

  /// The bundle with its receipt's place on the ledger, once there is one.
  func withInclusion(_ bytes: [UInt8], of id: Receipts.RequestID) -> [UInt8] {
    guard let inclusion = try? books.inclusion(of: id, chain: chain, provider: provider),
      var bundle = try? Receipts.Bundle(decoding: bytes)
    else { return bytes }
    bundle.inclusion = inclusion
    return bundle.encoded()
  }
}

extension ProviderDesk {
  /// What an answer can cost at most, microcredits.
  func greatestAmount(_ asked: AcceptRequest) -> UInt64 {
    let program = document.programs.first { $0.root == asked.programRoot }
    return program?.greatestAmount(requestByteCount: asked.requestByteCount) ?? 0
  }
}

extension ServedProgram {
  /// What an answer can cost at most, microcredits: a token for each byte of the request, and a full context.
  func greatestAmount(requestByteCount: UInt64) -> UInt64 {
    let context = UInt32(clamping: context)
    return price.amount(promptTokens: min(UInt32(clamping: requestByteCount), context), answerTokens: context) ?? .max
  }
}
