import Dialects
import Hashing
import Program
import Receipts

/// The checks of one audit as they are made, and those that every kind of program shares.
struct AuditSteps {
  let bundle: Bundle
  private(set) var findings: [RerunReport.Finding] = []
  private(set) var refutation: RerunRefutation?

  init(bundle: Bundle) {
    self.bundle = bundle
  }

  var receipt: Receipt { bundle.receipt.body }

  mutating func pass(_ check: RerunReport.Check, _ detail: String) {
    findings.append(RerunReport.Finding(check: check, isPassed: true, detail: detail))
  }

  /// Notes what failed at the check that is next.
  mutating func fail(_ refutation: RerunRefutation) {
    let check = RerunReport.Check.allCases[min(findings.count, RerunReport.Check.allCases.count - 1)]
    findings.append(RerunReport.Finding(check: check, isPassed: false, detail: refutation.reason))
    self.refutation = refutation
  }

  mutating func checkProgram(_ program: Program, layers: Int) throws(RerunRefutation) {
    let actual = program.root
    guard receipt.programRoot == actual else { throw .program(stated: receipt.programRoot, actual: actual) }
    guard Int(receipt.trace.layers) == layers else { throw .layers(stated: receipt.trace.layers, actual: layers) }
    pass(.program, "\(actual)")
  }

  mutating func checkRequest(_ program: Program) throws(RerunRefutation) -> InferenceRequest {
    guard let endpoint = Endpoint(rawValue: receipt.form.rawValue) else {
      throw .request(RequestError(.unsupportedValue, nil, "the receipt's form of request is unknown"))
    }
    let parsed: InferenceRequest
    do throws(RequestError) {
      parsed = try InferenceRequest(endpoint: endpoint, body: bundle.requestBody)
    } catch {
      throw .request(error)
    }
    try checkModel(parsed, program)
    pass(.request, "\(bundle.requestBody.count) bytes for \(endpoint.path), model \(parsed.model)")
    return parsed
  }

  /// The request must ask for this program, by its root or by its name, or a provider could put a cheaper one under the name.
  private func checkModel(_ request: InferenceRequest, _ program: Program) throws(RerunRefutation) {
    let name = program.name
    guard Digest(hex: request.model) == program.root || request.model.utf8.elementsEqual(name.utf8) else {
      throw .model(asked: request.model, program: name)
    }
  }

  mutating func checkParameters(_ request: InferenceRequest) throws(RerunRefutation) {
    let stated = StatedSampling(stating: request.sampling)
    if let field = receipt.sampling.difference(from: stated) { throw .parameters(field: field) }
    pass(.parameters, "as the request has them")
  }

  /// - Parameter expected: the ids that the request gives, or why it gives none.
  mutating func checkPrompt(_ expected: Result<[UInt32], RequestError>) throws(RerunRefutation) {
    switch expected {
    case .failure(let error): throw .request(error)
    case .success(let expected):
      guard expected == bundle.prompt else {
        let index = zip(expected, bundle.prompt).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        throw .prompt(index: index ?? min(expected.count, bundle.prompt.count))
      }
      pass(.prompt, "\(expected.count) tokens")
    }
  }

  /// - Parameter layers: layers of a position in `cells`.
  mutating func checkTrace(root: Digest, cells: [Digest], layers: Int) throws(RerunRefutation) {
    guard root == receipt.trace.root else {
      let stated = bundle.trace ?? []
      let cell = zip(cells, stated).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      throw .trace(
        position: cell.map { Int(receipt.prefix.length) + $0 / layers }, layer: cell.map { $0 % layers },
        expected: root, actual: receipt.trace.root)
    }
    pass(.trace, "\(receipt.trace.positions) positions × \(receipt.trace.layers) layers, bit for bit")
  }
}
