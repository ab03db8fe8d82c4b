import Ledger
import StrictJSON

/// The interface's description in OpenAPI 3.1, made from the same list as the router.
enum OpenAPIDocument {
  static let json: JSON = [
    "openapi": "3.1.0",
    "info": [
      "title": "Razao ledger", "version": "1",
      "description": """
      Blocks, transactions, accounts and the proven state of a Razao ledger. Amounts are decimal strings: RAZ in \
      grains (10⁻⁹), credits in microcredits (10⁻⁶). Times are milliseconds since 1970. Bytes are hexadecimal.
      """,
      "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
    ],
    "servers": [["url": "/"]],
    "paths": .object(paths),
    "components": ["schemas": LedgerSchemas.all],
  ]

  static let bytes = json.encoded(indented: true)

  private static var paths: JSONObject {
    var paths = JSONObject()
    for operation in LedgerOperation.allCases {
      var item = paths[operation.path]?.object ?? JSONObject()
      item[operation.method.rawValue.lowercased()] = describe(operation)
      paths[operation.path] = .object(item)
    }
    return paths
  }

  private static func describe(_ operation: LedgerOperation) -> JSON {
    var description: JSONObject = [
      "operationId": .string(operation.rawValue), "summary": .string(operation.summary),
    ]
    if !operation.parameters.isEmpty { description["parameters"] = .array(operation.parameters.map(\.json)) }
    if operation == .submit {
      description["requestBody"] = [
        "required": true, "description": .string("The bytes, at most \(Transaction.byteLimit)."),
        "content": ["application/octet-stream": [:]],
      ]
    }
    var responses: JSONObject = ["200": success(operation)]
    for status in operation.errors {
      responses[String(status)] = [
        "description": .string(reason(status)), "content": ["application/json": ["schema": reference("Error")]],
      ]
    }
    description["responses"] = .object(responses)
    return .object(description)
  }

  private static func success(_ operation: LedgerOperation) -> JSON {
    guard let answer = operation.answer else {
      return ["description": "Text.", "content": ["text/plain": ["schema": ["type": "string"]]]]
    }
    return ["description": "The answer.", "content": ["application/json": ["schema": reference(answer)]]]
  }

  static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 400: "A parameter is unknown or out of its limits."
    case 404: "There is no such thing."
    case 413: "The body is too long."
    case 422: "The ledger refuses the transaction; `refusal` is the stable code."
    case 429: "Too much is waiting; ask again in a second."
    default: "The ledger does not answer."
    }
  }
}
