internal import HistoryIndex
internal import KubeModel

/// Which kinds had been read by a point of a history: one that a later reading lacks is as the reading before told it.
struct KnownCoverage {
  private struct Row {
    let kind: KindCoverage
    /// The place of the first reading that could not look at it; of a kind that is not in the catalogue, nothing is
    /// missing before.
    let asked: Int64
    /// The place of the first reading that looked at it, nil where none did.
    let read: Int64?
  }

  private let rows: [Row]

  /// - Parameter namespaces: those in which it counts what was read.
  init(_ history: ClusterHistory, namespaces: [String]) throws {
    rows = try history.ambit.index.read { [cluster = history.cluster] view in
      let unread = try view.unreadKinds(in: cluster)
      let reasons = Dictionary(unread.map { ($0.kind.qualifiedName, $0.kind.unreadReason ?? "") }) { first, _ in first }
      let known = try ResourceCatalog.all.flatMap { type in
        try ([nil] + namespaces.map(Optional.some)).map { namespace in
          Row(
            kind: KindCoverage(
              group: type.group, resource: type.resource, namespace: namespace,
              status: .unread(reason: reasons[type.qualifiedName] ?? "not read")),
            asked: .min,
            read: try view.firstReading(covering: type.group, type.resource, namespace: namespace, in: cluster))
        }
      }
      let others = try unread.filter { ResourceCatalog.type(group: $0.kind.group, resource: $0.kind.resource) == nil }.map {
        Row(
          kind: $0.kind, asked: $0.since,
          read: try view.firstReading(
            covering: $0.kind.group, $0.kind.resource, namespace: $0.kind.namespace ?? "", in: cluster))
      }
      return known + others
    }
  }

  /// The coverage at a reading, by its place in their order; nil where no reading tells of the state.
  func coverage(at reading: Int64?) -> [KindCoverage] {
    guard let reading else { return [] }
    return rows.filter { $0.asked <= reading }.map { row in
      guard let read = row.read, read <= reading else { return row.kind }
      return KindCoverage(
        group: row.kind.group, resource: row.kind.resource, namespace: row.kind.namespace, status: .read)
    }
  }
}
