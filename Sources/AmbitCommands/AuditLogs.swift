import AmbitKit
import Attribution

/// The audit logs that are read with a snapshot, once.
final class AuditLogs {
  private let sources: [String]
  private let ambit: Ambit
  private var isRead = false
  /// Whether all that was there could be read.
  private(set) var isComplete = true

  init(_ sources: [String], _ ambit: Ambit) {
    self.sources = sources
    self.ambit = ambit
  }

  /// Reads them into the change records of a cluster, and tells what became of their lines.
  func read(cluster: String) throws {
    guard !sources.isEmpty, !isRead else { return }
    isRead = true
    let outcome = try Attributor(ambit, cluster: cluster).read(sources, at: .now)
    AttributeOutput.tell(outcome)
    isComplete = outcome.log.isComplete
    try ambit.catchUp(cluster)
  }
}
