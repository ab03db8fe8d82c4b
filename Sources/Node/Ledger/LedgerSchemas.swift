import StrictJSON

/// The shapes of the answers, as JSON Schema.
enum LedgerSchemas {
  static let all: JSON = [
    "Error": object([
      "error": object([
        "code": words(LedgerAPIError.Code.allCases.map(\.rawValue)), "message": text, "parameter": orNull(text),
        "refusal": orNull(count),
      ])
    ]),
    "Health": object(["status": words(["ok"])]),
    "Document": ["type": "object", "required": ["openapi", "info", "paths"]],
    "Status": object([
      "chain_id": text, "chain": digest, "engine": words(["embedded", "replicated"]), "height": count, "time": count,
      "app_hash": digest, "operator_key": orNull(digest), "beacon": text,
    ]),
    "Block": block,
    "Blocks": object(["blocks": list(reference("Block")), "next": orNull(count)]),
    "BlockWithTransactions": object([
      "block": reference("Block"), "transactions": list(place), "next": orNull(count),
    ]),
    "Transaction": transaction,
    "Submitted": object(["id": digest, "code": count, "detail": text]),
    "Account": object([
      "id": digest, "raz": amount, "credit": amount, "nonce": count, "stake": orNull(stake), "height": count,
    ]),
    "Entries": object(["entries": list(entry), "next": orNull(count)]),
    "ProvenValue": object([
      "key": bytes, "value": orNull(bytes), "height": count, "app_hash": digest, "proof": bytes,
      "header": orNull(bytes),
    ]),
    "Record": object(["key": bytes, "value": bytes, "fields": orNull(["type": "object"])]),
    "Records": object(["records": list(reference("Record")), "next": orNull(bytes)]),
    "Events": object(["events": list(event), "next": count]),
  ]

  private static let text: JSON = ["type": "string"]
  private static let count: JSON = ["type": "integer", "minimum": 0]
  private static let digest: JSON = ["type": "string", "pattern": "^[0-9a-f]{64}$"]
  private static let bytes: JSON = ["type": "string", "pattern": "^([0-9a-f]{2})*$"]
  /// 64 bits and more, which many readers of JSON would round.
  private static let amount: JSON = ["type": "string", "pattern": "^-?(0|[1-9][0-9]*)$"]

  private static let block = object([
    "height": count, "time": count, "hash": digest, "app_hash": digest, "transactions": count,
    "header": orNull(bytes),
  ])

  private static let place = object(["id": digest, "position": count, "code": count, "detail": text])

  private static let transaction = object([
    "id": digest, "height": count, "position": count, "code": count, "detail": text, "gas": count, "bytes": bytes,
    "content": orNull(
      object([
        "account": digest, "key": digest, "nonce": count, "fee": amount, "expiry_height": count,
        "messages": list(object(["kind": count, "name": text, "fields": fields])),
      ])),
  ])

  private static let stake = object(["active": amount, "maturing": amount, "locked_until": count, "slashed": amount])

  private static let entry = object([
    "sequence": count, "height": count, "position": orNull(count), "token": words(["raz", "credit"]),
    "amount": amount, "cause": text, "reference": digest,
  ])

  private static let event = object(["sequence": count, "height": count, "kind": text, "attributes": fields])

  private static let fields = list(object(["name": text, "value": text]))

  private static func object(_ properties: JSONObject) -> JSON {
    [
      "type": "object", "properties": .object(properties),
      "required": .array(properties.members.map { .string($0.name) }), "additionalProperties": false,
    ]
  }

  private static func list(_ element: JSON) -> JSON { ["type": "array", "items": element] }
  private static func words(_ words: [String]) -> JSON { ["enum": .array(words.map { .string($0) })] }
  private static func orNull(_ schema: JSON) -> JSON { ["anyOf": [schema, ["type": "null"]]] }
  private static func reference(_ name: String) -> JSON { OpenAPIDocument.reference(name) }
}
