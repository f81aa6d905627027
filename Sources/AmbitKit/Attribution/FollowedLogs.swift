internal import Attribution
internal import KubeModel

/// Audit logs that a watch reads as they grow.
final class FollowedLogs {
  private let ambit: Ambit
  private let cluster: String
  private let attributor: Attributor
  private let logs: [(name: String, log: LogFollower)]

  init(_ names: [String], _ ambit: Ambit, cluster: String) throws {
    self.ambit = ambit
    self.cluster = cluster
    attributor = try Attributor(ambit, cluster: cluster)
    logs = names.map { ($0, LogFollower($0, wants: .writes())) }
  }

  /// Takes what was added since the last time into the change records; cheap where nothing was.
  ///
  /// - Returns: the places of what could not be read.
  func read(at time: Moment) throws -> [String] {
    var damages: [String] = []
    var isNew = false
    for (name, log) in logs {
      let found = try attributor.follow(log, named: name, at: time)
      damages += found.damages.map(\.text)
      isNew = isNew || found.kept.new + found.kept.fuller > 0
    }
    if isNew { try ambit.catchUp(cluster) }
    return damages
  }
}
