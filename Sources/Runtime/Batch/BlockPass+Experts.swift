import Program

extension BlockPass {
  /// The sum of the chosen experts' outputs and the shared network's, rows grouped by expert so that each expert's
  /// weights are read once (SPEC.md, 3.13).
  func route(_ plan: ExpertsPlan, _ operands: Operands) {
    guard let memory = workspace.routing else { preconditionFailure("a workspace without memory for experts") }
    choose(plan, operands, memory)
    if let shared = plan.shared {
      apply(shared, operands, count: count, inner: memory.operands, into: update)
    } else {
      workspace.update.start.update(repeating: 0, count: count * width)
    }
    for (index, network) in plan.networks.enumerated() where !memory.choices[index].isEmpty {
      add(network, placement: plan.experts.placement, memory.choices[index], operands, memory)
    }
  }

  /// Fills `choices`: for each expert the rows that chose it, with weights that are not zero.
  private func choose(_ plan: ExpertsPlan, _ operands: Operands, _ memory: RoutingMemory) {
    let expertCount = plan.networks.count
    let logits = Linear.Output(start: memory.logits.start, stride: expertCount)
    Linear.apply([(plan.router, logits)], operands, tokens: 0..<count, parallel: parallel)
    for index in memory.choices.indices { memory.choices[index].removeAll(keepingCapacity: true) }
    for index in 0..<count {
      let row = UnsafeBufferPointer(start: logits.row(index), count: expertCount)
      ExpertChoice.visit(row, plan.experts) { expert, weight in
        if weight != 0 { memory.choices[expert].append(RoutingMemory.Choice(row: index, weight: weight)) }
      }
    }
  }

  /// update ← update + one expert's outputs.
  private func add(
    _ plan: GatedPlan, placement: Experts.Placement, _ choices: [RoutingMemory.Choice], _ operands: Operands,
    _ memory: RoutingMemory
  ) {
    let own = memory.operands
    own.prepare(columns: operands.columns, site: operands.site)
    for (index, choice) in choices.enumerated() {
      own.copy(choice.row, of: operands, to: index)
      if placement == .input { own.scale(index, by: choice.weight, fraction: ExpertChoice.fraction) }
    }
    let output = Linear.Output(start: memory.outputs.start, stride: width)
    apply(plan, own, count: choices.count, inner: own, into: output) {
      if placement == .output { own.scale($0, by: choices[$0].weight, fraction: ExpertChoice.fraction) }
    }
    for (index, choice) in choices.enumerated() {
      let (target, source) = (update.row(choice.row), output.row(index))
      for column in 0..<width { target[column] &+= source[column] }
    }
  }
}

/// Which experts work on a row, and with what weights (SPEC.md, 3.13).
enum ExpertChoice {
  /// Fraction bits of a weight.
  static let fraction = 15

  /// Calls `body` with the chosen experts, greatest logit first, and their weights.
  /// - Parameter logits: shape (experts,), 16 fraction bits.
  /// - Complexity: O(experts · log experts).
  static func visit(
    _ logits: UnsafeBufferPointer<Int64>, _ experts: Experts, _ body: (_ expert: Int, _ weight: Int64) -> Void
  ) {
    let ranked = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
    let chosen = ranked.prefix(experts.chosenCount)
    guard let first = chosen.first else { return }
    if experts.weighting == .sigmoid {
      for expert in chosen { body(expert, sigmoid(logits[expert])) }
      return
    }
    let greatest = logits[first]
    let counted = experts.weighting == .softmaxOfAll ? ranked[...] : chosen
    let sum = counted.reduce(0) { $0 + exponential(greatest - logits[$1]) }
    for expert in chosen { body(expert, exponential(greatest - logits[expert]) << 15 / sum) }
  }

  /// 2^31 · e^−distance.
  private static func exponential(_ distance: Int64) -> Int64 {
    let delta = rs(min(distance, 1 << 36) * 94_548, 20)
    let octave = delta >> 12
    return octave >= 31 ? 0 : Int64(Tables.expFraction[Int(delta & 4095)] >> UInt32(octave))
  }

  private static func sigmoid(_ logit: Int64) -> Int64 {
    let weight = exponential(Int64(clamping: logit.magnitude))
    let whole = Int64(1) << 31
    return (logit >= 0 ? 1 << 46 : weight << 15) / (whole + weight)
  }
}
