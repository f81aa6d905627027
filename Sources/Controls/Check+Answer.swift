extension Check {
  /// What it says of a namespace; nothing where it asks only the cluster as a whole.
  package func answer(_ context: NamespaceContext) -> CheckAnswer {
    if case .namespaces(let ask) = question { ask(context) } else { CheckAnswer() }
  }

  /// What it says of the cluster as a whole; nothing where it asks each namespace by itself.
  package func answer(_ context: CheckContext) -> CheckAnswer {
    if case .cluster(_, let ask) = question { ask(context) } else { CheckAnswer() }
  }
}
