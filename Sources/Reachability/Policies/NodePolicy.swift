internal import KubeModel

/// A policy for nodes. None is evaluated: what passes at a node that it may select is in doubt.
package struct NodePolicy: Sendable {
  enum Subject: Sendable {
    case labelled(LabelSelector)
    /// Nil for a node that nobody tells.
    case named(String?)
  }

  let subject: Subject
  let directions: Set<Direction>
  /// What becomes of the node's traffic.
  let verdict: Verdict

  /// Whether it may select a node.
  func selects(_ node: ClusterModel.Node) -> Bool {
    switch subject {
    case .labelled(let selector): selector.matches(node.labels)
    case .named(let name): name.map { $0 == node.name } ?? true
    }
  }
}
