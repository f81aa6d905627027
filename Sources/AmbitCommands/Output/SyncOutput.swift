import AmbitKit
import KubeModel

/// What a sync did with each reference.
enum SyncOutput {
  static func output(_ outcome: SyncOutcome) -> Output {
    var table = Table(["REFERENCE", "RESULT", "COMMITS", "DETAIL"])
    table.rows = outcome.references.map { reference in
      [reference.name, text(reference.result), commits(reference), detail(reference)]
    }
    table.styles[1] = { cell in
      switch cell {
      case "pushed", "fetched", "up to date": .good
      default: .bad
      }
    }
    return Output(
      table: table, kind: "SyncResult",
      value: [
        "remote": .string(outcome.remote), "ignored": .int(Int64(outcome.ignored)),
        "complete": .bool(outcome.failure == nil), "serverMessages": .list(outcome.words.map(Value.string)),
        "references": .list(outcome.references.map(value)),
      ], empty: "Neither side has any history; record some with `ambit snapshot`")
  }

  private static func text(_ result: SyncOutcome.Reference.Result) -> String {
    switch result {
    case .upToDate: "up to date"
    case .heldBack: "held back"
    default: result.rawValue
    }
  }

  private static func commits(_ reference: SyncOutcome.Reference) -> String {
    let counts = [("fetched", reference.fetched), ("pushed", reference.pushed)].filter { $0.1 > 0 }
    // One number says it where the result says which.
    if let only = counts.first, counts.count == 1, only.0 == reference.result.rawValue { return String(only.1) }
    return counts.isEmpty ? "-" : counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }

  private static func detail(_ reference: SyncOutcome.Reference) -> String {
    guard reference.result == .diverged else { return reference.reason ?? "-" }
    let base = reference.base.map { "since \($0.prefix(10))" } ?? "with nothing in common"
    return "\(reference.here) commits here and \(reference.there) there \(base); theirs is kept in \(reference.tracking ?? "")"
  }

  private static func value(_ reference: SyncOutcome.Reference) -> Value {
    var map = Mapping([
      ("reference", .string(reference.name)), ("result", .string(reference.result.rawValue)),
      ("pushed", .int(Int64(reference.pushed))), ("fetched", .int(Int64(reference.fetched))),
    ])
    if reference.result == .diverged {
      map["here"] = .int(Int64(reference.here))
      map["there"] = .int(Int64(reference.there))
      map["base"] = reference.base.map(Value.string)
    }
    map["tracking"] = reference.tracking.map(Value.string)
    map["reason"] = reference.reason.map(Value.string)
    return .map(map)
  }
}
