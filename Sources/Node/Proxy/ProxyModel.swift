import Dialects
import Hashing
import StrictJSON

/// A model that can be asked for through a proxy.
package struct ProxyModel: Equatable, Sendable {
  package var name: String
  /// The root of the program that the name stands for.
  package var root: Digest
  package var kind: ProgramKind

  package init(name: String, root: Digest, kind: ProgramKind) {
    self.name = name
    self.root = root
    self.kind = kind
  }

  /// Its entry in OpenAI's list.
  var entry: ModelEntry {
    ModelEntry(
      id: name, created: 0, owner: "razao",
      razao: [
        "root": .string(root.hex), "kind": .string(kind.rawValue),
        "endpoints": .array(kind.endpoints.map { .string($0.path) }),
      ])
  }

  /// Its entry in Ollama's list.
  var ollamaEntry: JSON { OllamaModels.entry(name: name, root: root.hex, kind: kind.rawValue) }

  /// What Ollama's clients are told of it alone.
  var ollamaDescription: JSON {
    let capability = kind == .embedding ? "embedding" : "completion"
    return [
      "modelfile": "", "parameters": "", "template": "", "details": ollamaEntry["details"] ?? .null,
      "model_info": ["general.architecture": .string(kind.rawValue), "razao.root": .string(root.hex)],
      "capabilities": [.string(capability)],
    ]
  }
}

extension Requester {
  /// The models on offer where this requester asks.
  /// - Throws: `PeerError` when nobody answers, `IdentityError` for a provider that is not who it should be.
  package func models() async throws -> [ProxyModel] {
    switch route {
    case .gateway(let endpoint), .relay(let endpoint):
      let answer = try await PeerHTTP.plain.send(.get, "\(endpoint)/v1/models", timeout: .seconds(10))
      guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
      guard let entries = (try? JSON.parse(answer.body))?["data"]?.array else {
        throw PeerError.malformed("the list of models")
      }
      return entries.compactMap(ProxyModel.init(entry:))
    case .provider(let endpoint, let key):
      let document = try await ProviderClient.identity(at: endpoint, network: profile.network, expectedKey: key)
      return document.programs.map { ProxyModel(name: $0.name, root: $0.root, kind: $0.kind) }
    }
  }
}

extension ProxyModel {
  /// Reads an entry of a gateway's list; `nil` for one that does not say which program it is.
  init?(entry: JSON) {
    guard let name = entry["id"]?.string, let root = entry["razao"]?["root"]?.string.flatMap({ Digest(hex: $0) }),
      let kind = entry["razao"]?["kind"]?.string.flatMap({ ProgramKind(rawValue: $0) })
    else { return nil }
    self.init(name: name, root: root, kind: kind)
  }
}
