internal import HistoryIndex
internal import KubeModel

/// Which kinds had been read by a point of a history: one that a later reading lacks is as the reading before told it.
struct KnownCoverage {
  private struct Row {
    let group: String
    let resource: String
    let namespace: String?
    /// The place of the first reading that could not look at it; of a kind that is not in the catalogue, nothing is
    /// missing before.
    let asked: Int64
    /// The place of the first reading that looked at it, nil where none did.
    let read: Int64?
  }

  private let rows: [Row]
  /// The place of the reading from which on nothing new is known, and what is known from there.
  private let settled: (reading: Int64, coverage: [KindCoverage])

  /// - Parameters:
  ///   - namespaces: those in which it counts what was read.
  ///   - last: what the last reading looked at.
  init(_ history: ClusterHistory, namespaces: [String], last: [KindCoverage]) throws {
    let rows = try history.ambit.index.read { [cluster = history.cluster] view -> [Row] in
      let unread = try view.unreadKinds()
      // What no reading ever looked at need not be looked for in each of them; lists of single namespaces may have told it.
      let own = Set(last.filter { $0.namespace != nil }.map { "\($0.resource).\($0.group)" })
      let never = Set(unread.filter { $0.isAlways && $0.namespace == nil }.map { "\($0.resource).\($0.group)" })
        .subtracting(own)
      let known = try ResourceCatalog.all.flatMap { type in
        try ([nil] + namespaces.map(Optional.some)).map { namespace in
          let read =
            never.contains("\(type.resource).\(type.group)")
            ? nil : try view.firstReading(covering: type.group, type.resource, namespace: namespace, in: cluster)
          return Row(group: type.group, resource: type.resource, namespace: namespace, asked: .min, read: read)
        }
      }
      let others = try unread.filter { ResourceCatalog.type(group: $0.group, resource: $0.resource) == nil }
        .compactMap { kind in
          try view.firstReading(lacking: kind, in: cluster).map { asked in
            Row(
              group: kind.group, resource: kind.resource, namespace: kind.namespace, asked: asked,
              read: try view.firstReading(
                covering: kind.group, kind.resource, namespace: kind.namespace ?? "", in: cluster))
          }
        }
      return known + others
    }
    let last = rows.flatMap { [$0.asked, $0.read ?? $0.asked] }.max() ?? .min
    self.rows = rows
    settled = (last, KnownCoverage.coverage(rows, at: last))
  }

  /// The coverage at a reading, by its place in their order; nil where no reading tells of the state.
  func coverage(at reading: Int64?) -> [KindCoverage] {
    guard let reading else { return [] }
    return reading >= settled.reading ? settled.coverage : KnownCoverage.coverage(rows, at: reading)
  }

  private static func coverage(_ rows: [Row], at reading: Int64) -> [KindCoverage] {
    rows.filter { $0.asked <= reading }.map { row in
      let isRead = row.read.map { $0 <= reading } ?? false
      return KindCoverage(
        group: row.group, resource: row.resource, namespace: row.namespace,
        status: isRead ? .read : .unread(reason: "never read"))
    }
  }
}
