extension Check {
  /// Whether a state answers it.
  package var asksStates: Bool { asksNamespaces || reads != nil }

  /// Whether it asks each namespace by itself.
  package var asksNamespaces: Bool {
    switch question {
    case .namespaces, .both: true
    case .cluster, .record, .papers: false
    }
  }

  /// What it reads of the cluster as a whole; nil where it does not ask the cluster.
  package var reads: Reads? {
    switch question {
    case .cluster(let reads, _), .both(_, let reads, _): reads
    case .namespaces, .record, .papers: nil
    }
  }

  /// What it says of a namespace; nothing where it asks none.
  package func answer(_ context: NamespaceContext) -> CheckAnswer {
    switch question {
    case .namespaces(let ask), .both(let ask, _, _): ask(context)
    case .cluster, .record, .papers: CheckAnswer()
    }
  }

  /// What it says of the cluster as a whole; nothing where it does not ask it.
  package func answer(_ context: CheckContext) -> CheckAnswer {
    switch question {
    case .cluster(_, let ask), .both(_, _, let ask): ask(context)
    case .namespaces, .record, .papers: CheckAnswer()
    }
  }

  /// What it says of the record; nothing where it asks a state.
  package func answer(_ facts: RecordFacts) -> CheckAnswer {
    if case .record(let ask) = question { ask(facts) } else { CheckAnswer() }
  }
}
