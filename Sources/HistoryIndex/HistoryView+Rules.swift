internal import FoundationEssentials
internal import GRDB
internal import Integrity
package import KubeModel

extension HistoryView {
  /// How long each statement of a policy stood, up to a snapshot; in the order in which they came.
  ///
  /// What was taken out later still stands at the snapshot.
  package func rules(of id: ObjectID, in cluster: String, upTo commit: String) throws -> [RuleInterval] {
    try all(
      """
      SELECT digest, first.name, CASE WHEN last.id <= wanted.id THEN last.name END
      FROM rule JOIN object ON object.id = rule.object
        JOIN snapshot AS wanted ON wanted.cluster = object.cluster AND wanted.name = ?
        JOIN snapshot AS first ON first.id = added AND first.id <= wanted.id
        LEFT JOIN snapshot AS last ON last.id = removed
      WHERE object.cluster = (SELECT id FROM cluster WHERE name = ?)
        AND resource = ? AND apiGroup = ? AND namespace = ? AND object.name = ?
      ORDER BY added, digest
      """, [HexName.data(commit), cluster, id.resource, id.group, id.namespace ?? "", id.name]
    ) { row in
      RuleInterval(digest: try row.digest(0), added: try row.name(1), removed: try row.optionalName(2))
    }
  }
}
