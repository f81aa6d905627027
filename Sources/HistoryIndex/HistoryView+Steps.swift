internal import FoundationEssentials
internal import GRDB
package import KubeModel

/// One object's step to another version, without what is told of the change.
package struct ObjectStep: Sendable, Hashable {
  package let id: ObjectID
  /// Greater ones come later in the history of the cluster.
  package let order: Int64
  /// The snapshot that shows it.
  package let commit: String
  package let path: String
  /// The version in force from here on; nil for a deletion.
  package let blob: String?
}

extension HistoryView {
  /// Every kind that an object of a cluster ever was of; costs one look-up for each.
  package func kinds(in cluster: String) throws -> [(group: String, resource: String)] {
    var kinds: [(group: String, resource: String)] = []
    while let next = try first(
      """
      SELECT apiGroup, resource FROM object
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND (resource, apiGroup) > (?, ?)
      ORDER BY resource, apiGroup LIMIT 1
      """, [cluster, kinds.last?.resource ?? "", kinds.last?.group ?? ""],
      { (group: try $0.text(0), resource: try $0.text(1)) })
    {
      kinds.append(next)
    }
    return kinds
  }

  /// The objects of a kind that were ever in a namespace; of an empty one, those without any.
  package func objects(_ cluster: String, group: String, resource: String, namespace: String) throws -> [ObjectID] {
    try all(
      """
      SELECT apiGroup, resource, namespace, name FROM object
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND resource = ? AND apiGroup = ? AND namespace = ?
      ORDER BY name
      """, [cluster, resource, group, namespace]
    ) { try $0.objectID(0) }
  }

  /// The steps of an object up to a snapshot, oldest first.
  package func steps(of id: ObjectID, in cluster: String, upTo commit: String) throws -> [ObjectStep] {
    try all(
      """
      SELECT version.snapshot, snapshot.name, path.value, version.blob
      FROM version JOIN snapshot ON snapshot.id = version.snapshot JOIN text AS path ON path.id = version.path
      WHERE object = (SELECT object.id FROM object WHERE cluster = (SELECT id FROM cluster WHERE name = ?1)
          AND resource = ?2 AND apiGroup = ?3 AND namespace = ?4 AND name = ?5)
        AND version.snapshot <= (SELECT wanted.id FROM snapshot AS wanted
          WHERE wanted.cluster = (SELECT id FROM cluster WHERE name = ?1) AND wanted.name = ?6)
      ORDER BY version.snapshot
      """, [cluster, id.resource, id.group, id.namespace ?? "", id.name, HexName.data(commit)]
    ) { row in
      ObjectStep(
        id: id, order: try row.number(0), commit: try row.name(1), path: try row.text(2), blob: try row.optionalName(3))
    }
  }

  /// The changes of these objects in one snapshot, in the order of their paths.
  package func changes(in commit: String, of ids: Set<ObjectID>, in cluster: String) throws -> [HistoryEntry] {
    var filter = Filter()
    filter.only = commit
    return try changes(cluster, filter).filter { ids.contains($0.change.id) }
  }
}
