internal import Controls
internal import Registers
internal import SnapshotStore

/// Waivers and attestations as they stand at the end, and the heads that were read.
enum AssessedPapers {
  /// How long before it expires a waiver or an attestation is told to, in milliseconds.
  private static let soon: Int64 = 30 * 86_400_000

  /// Every waiver that was in force at any time of the period, sorted by id.
  static func waivers(
    _ plan: PeriodPlan, _ registers: RegisterBook, _ readers: [TrackReader]
  ) throws -> [AssessedWaiver] {
    var recorded: [String: Int64] = [:]
    var seen: [String: Waivers.Waiver] = [:]
    let timeline = try registers.waivers()
    for (time, content) in timeline.versions(in: 0..<plan.lastMoment + 1) {
      for waiver in content.all where seen[waiver.id] != waiver {
        // What it says anew, it says from then on.
        seen[waiver.id] = waiver
        recorded[waiver.id] = time
      }
    }
    let last = Set(timeline.content(at: plan.lastMoment).all.map(\.id))
    let findings = Set(readers.flatMap { reader in reader.findings.map { "\(reader.check.id) \($0.fingerprint)" } })
    return seen.values.filter { $0.clusters.isEmpty || $0.clusters.contains(plan.cluster) }.sorted { $0.id < $1.id }
      .filter { last.contains($0.id) }
      .map { waiver in
        let time = recorded[waiver.id] ?? 0
        var standings: [AssessedWaiver.Standing] = []
        if waiver.expires <= plan.lastMoment {
          standings.append(.expired)
        } else {
          standings.append(waiver.expires - plan.lastMoment <= soon ? .soonExpiring : .inForce)
        }
        let isOfState = readers.contains { $0.check.id == waiver.check }
        if isOfState, !waiver.fingerprints.contains(where: { findings.contains("\(waiver.check) \($0)") }) { standings.append(.unmatched) }
        if let from = waiver.from, from < time { standings.append(.retroactive) }
        return AssessedWaiver(
          id: waiver.id, owner: waiver.owner, approver: waiver.approver, reason: waiver.reason, check: waiver.check,
          fingerprints: waiver.fingerprints, recorded: time, expires: waiver.expires, standings: standings)
      }
  }

  /// Every attestation that is in force or expired at the end, in the order of the register.
  static func attestations(_ plan: PeriodPlan, _ registers: RegisterBook) throws -> [AssessedAttestation] {
    let timeline = try registers.attestations()
    var recorded: [String: Int64] = [:]
    for (time, content) in timeline.versions(in: 0..<plan.lastMoment + 1) {
      for attestation in content.all where recorded[attestation.id] == nil { recorded[attestation.id] = time }
    }
    return timeline.content(at: plan.lastMoment).all
      .filter { $0.clusters.isEmpty || $0.clusters.contains(plan.cluster) }
      .map { attestation in
        AssessedAttestation(
          id: attestation.id, subject: attestation.subject, statement: attestation.statement, by: attestation.by,
          file: attestation.file.map { ($0.name, $0.digest) }, recorded: recorded[attestation.id] ?? 0,
          validUntil: attestation.validUntil, isExpired: attestation.validUntil <= plan.lastMoment)
      }
  }

  /// The heads of the lines that an assessment reads, sorted by ref.
  static func heads(_ history: ClusterHistory) throws -> [(ref: String, commit: String)] {
    let store = history.ambit.store
    let names = [
      SnapshotStore.branch(history.cluster), SnapshotStore.observations(history.cluster),
      "refs/ambit/changes/\(history.cluster)", "refs/ambit/registers",
    ]
    return try names.sorted().compactMap { name in try store.target(of: name).map { (name, $0.description) } }
  }
}
