import Hashing
import Ledger
import Logging
import Receipts

/// Everything of a provider that has to do with the ledger, put together.
struct ProviderMoney: Sendable {
  let books: ProviderBooks
  let cashier: Cashier
  let routes: PaymentRoutes
  let service: ProviderLedgerService
  let contributions: LedgerContributions
  private let access: ServiceLedger
  private let agent: AccountAgent
  private let provider: Digest
  private let report: @Sendable (ServiceEvent) -> Void

  init(
    _ access: ServiceLedger, _ configuration: ProviderConfiguration, identity: NodeIdentity, offers: [ProviderOffer],
    logger: Logger, report: @escaping @Sendable (ServiceEvent) -> Void
  ) throws {
    self.access = access
    self.report = report
    provider = identity.id
    books = try ProviderBooks(path: "\(configuration.home)/payments.sqlite")
    agent = AccountAgent(client: access.client, identity: identity, account: configuration.account)
    cashier = Cashier(books: books, client: access.client, provider: identity.id)
    routes = PaymentRoutes(cashier: cashier, books: books, chain: access.chain, provider: identity.id)
    service = ProviderLedgerService(
      agent: agent, client: access.client, books: books, identity: identity,
      offers: offers.map { Offer(program: $0.program.root, prices: $0.prices) },
      capacity: UInt32(clamping: configuration.runningLimit), logger: logger, report: report)
    contributions = LedgerContributions(client: access.client, agent: agent, provider: identity.id)
  }

  /// Answers claims with what the runner has answered or answers now.
  func watcher(_ runner: AnswerRunner) -> ClaimWatcher {
    ClaimWatcher(
      agent: agent, client: access.client, books: books, provider: provider, chain: access.chain, report: report
    ) { accept, secret in
      try await runner.answer(claimed: accept, secret: secret)
    }
  }
}
