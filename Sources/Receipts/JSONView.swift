import Hashing
import StrictJSON

/// JSON for people and scripts (`--json`): names spelled out, hashes in hexadecimal. It is a view; only the binary
/// layouts are hashed, signed or read back. Numbers above 2^53 are exact: they are written as decimals.
extension Accept {
  public var json: JSON {
    [
      "network": .string(network.hex), "request_id": .string(requestID.description),
      "client_nonce": .string(clientNonce.hex), "provider": .string(providerKey.provider.hex),
      "provider_key": .string(providerKey.bytes.hex), "program": .string(programRoot.hex),
      "endpoint": .string("\(form)"), "request_commitment": .string(requestCommitment.hex),
      "request_bytes": JSON(requestByteCount), "seed_kind": .string("\(seedKind)"),
      "seed_commitment": .string(seedCommitment.hex), "payment": payment.json,
      "accepted_at_ms": JSON(acceptedAt), "expiry_ms": JSON(expiry),
      "consent_commitment": .string(consentCommitment.hex), "prompt_commitment": .string(promptCommitment.hex),
      "channel": .string(channel.hex), "contribution": contribution == .none ? .null : contribution.json,
    ]
  }
}

extension Payment {
  var json: JSON {
    [
      "payer_kind": .string("\(payerKind)"), "payer": .string(payer.hex),
      "prompt_price": JSON(prices.prompt), "answer_price": JSON(prices.answer),
    ]
  }
}

extension StatedSampling {
  var json: JSON {
    [
      "temperature_e4": JSON(temperature), "top_p_e4": JSON(topP), "top_k": JSON(topK),
      "repetition_penalty_e4": JSON(repetition), "presence_penalty_e4": JSON(presence),
      "frequency_penalty_e4": JSON(frequency), "max_tokens": JSON(maxTokens), "choice": JSON(choice),
      "extras": .string(extras.hex),
    ]
  }
}

extension Receipt {
  public var json: JSON {
    [
      "arithmetic_version": JSON(arithmeticVersion), "network": .string(network.hex),
      "request_id": .string(requestID.description), "client_nonce": .string(clientNonce.hex),
      "expiry_ms": JSON(expiry), "provider": .string(provider.hex),
      "provider_key": .string(providerKey.bytes.hex), "program": .string(programRoot.hex),
      "endpoint": .string("\(form)"),
      "request": ["commitment": .string(requestCommitment.hex), "bytes": JSON(requestByteCount)],
      "prompt": ["commitment": .string(promptCommitment.hex), "tokens": JSON(promptCount)],
      "cached_prefix": ["positions": JSON(prefix.length), "commitment": .string(prefix.commitment.hex)],
      "sampling": sampling.json, "seed": seed.json, "accept_hash": .string(acceptHash.hex),
      "answer": answer.json,
      "trace": [
        "root": .string(trace.root.hex), "positions": JSON(trace.positions), "layers": JSON(trace.layers),
      ],
      "payment": payment.json, "amount_owed": JSON(amountOwed), "channel": .string(channel.hex),
      "channel_owed": JSON(channelOwed),
      "consent_commitment": .string(consentCommitment.hex),
      "times_ms": [
        "accepted": JSON(times.accepted), "first_token": JSON(times.firstToken), "finished": JSON(times.finished),
      ],
    ]
  }
}

extension SeedStatement {
  var json: JSON {
    [
      "kind": .string("\(kind)"), "commitment": .string(commitment.hex), "material": .string(material.hex),
      "explicit_seed": explicitSeed.map { JSON($0) } ?? .null,
    ]
  }
}

extension AnswerStatement {
  var json: JSON {
    [
      "chain": .string(chainEnd.hex), "tokens": JSON(count), "finish_reason": .string("\(finishReason)"),
      "partial": .bool(isPartial), "text_commitment": .string(textCommitment.hex), "text_bytes": JSON(textByteCount),
    ]
  }
}

extension Checkpoint {
  public var json: JSON {
    [
      "request_id": .string(requestID.description), "accept_hash": .string(acceptHash.hex),
      "provider_key": .string(providerKey.bytes.hex), "answer_tokens": JSON(answerCount),
      "positions": JSON(positions), "chain": .string(chain.hex), "trace_root": .string(traceRoot.hex),
      "amount_owed": JSON(amountOwed), "time_ms": JSON(time),
    ]
  }
}

extension Bundle {
  /// Request and answer as text where they are UTF-8, with replacement characters where they are not.
  public var json: JSON {
    [
      "receipt": receipt.body.json, "receipt_signature": .string(receipt.signature.bytes.hex),
      "accept": accept.body.json, "accept_signature": .string(accept.signature.bytes.hex),
      "master_blind": .string(blinds.master.hex), "request": .string(String(decoding: requestBody, as: UTF8.self)),
      "prompt_ids": .array(prompt.map { JSON($0) }), "answer_ids": .array(answer.map { JSON($0) }),
      "text": .string(String(decoding: text, as: UTF8.self)),
      "trace": trace.map { .array($0.map { .string($0.hex) }) } ?? .null,
      "certificate": certificate.map {
        ["der": .string($0.der.hex), "signature": .string($0.signature.bytes.hex)]
      } ?? .null,
      "prefix_origin": prefixOrigin.map {
        [
          "receipt": $0.receipt.body.json, "receipt_signature": .string($0.receipt.signature.bytes.hex),
          "trace_blind": .string($0.traceBlind.hex), "root": .string($0.root.hex),
          "path": .array($0.path.map { .string($0.hex) }),
        ]
      } ?? .null,
      "joint": joint?.json ?? .null, "inclusion": inclusion?.json ?? .null,
    ]
  }
}

extension VerificationReport {
  public var json: JSON {
    [
      "level": "signature", "verified": .bool(isVerified),
      "reason": refutation.map { .string($0.reason) } ?? .null,
      "checks": .array(
        findings.map {
          ["check": .string($0.check.rawValue), "verdict": .string($0.verdict.rawValue), "detail": .string($0.detail)]
        }),
      "limitations": .array(limitations.map { .string($0) }),
    ]
  }
}
