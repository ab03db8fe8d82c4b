import Logging
import Receipts
import Wallet

/// Where answers are kept that did not verify: what can be shown to others, and never to the client.
struct EvidenceFolder: Sendable {
  let path: String
  let logger: Logger

  /// - Throws: `HomeError` when the folder cannot be made.
  init(path: String, logger: Logger) throws(HomeError) {
    self.path = path
    self.logger = logger
    try PrivateFile.makeFolder(path)
  }

  /// Keeps a bundle as it came.
  /// - Returns: whether it is kept; what stands in the way is logged.
  @discardableResult
  func keep(bundle: [UInt8], of id: RequestID) -> Bool { keep(bundle, as: "\(id).bundle") }

  /// Keeps what there is of an answer that broke off: what the provider accepted, and how far it says that it came.
  /// - Returns: whether it is kept.
  @discardableResult
  func keep(_ broken: BrokenAnswer) -> Bool {
    let id = broken.accept.body.requestID
    let isKept = keep(broken.accept.encoded(), as: "\(id).accept")
    guard let checkpoint = broken.checkpoint else { return isKept }
    return keep(checkpoint.encoded(), as: "\(id).checkpoint") && isKept
  }

  private func keep(_ bytes: [UInt8], as name: String) -> Bool {
    do throws(HomeError) {
      try PrivateFile.replace(bytes, at: "\(path)/\(name)")
      return true
    } catch {
      logger.error("the evidence \(name) could not be kept: \(error)")
      return false
    }
  }
}
