import AmbitKit
import ArgumentParser
import Controls
import KubeModel
import Registers

/// What is assessed: which clusters, and when.
struct AssessmentOptions: ParsableArguments {
  @OptionGroup var store: StoreOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Clusters: one, several with commas, or 'all' of the inventory; may be left out where the store has one",
      valueName: "name"))
  var cluster: String?

  @Option(name: .long, help: ArgumentHelp("The moment: RFC 3339, a date, '2h ago', or a revision", valueName: "when"))
  var at: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The period: 2026-01-01..2026-03-31, 2026-Q1, 2026-03, 2026, or 'last 90 days'", valueName: "span"))
  var period: String?

  @Option(name: .long, help: ArgumentHelp("Where days begin, such as +02:00; UTC if left out", valueName: "offset"))
  var timezone: String?

  @Flag(name: .long, help: "Also verify the store, which checks of the history ask for")
  var verify = false

  func validate() throws {
    if at != nil && period != nil { throw ValidationError("--at and --period exclude each other") }
    if timezone != nil && period == nil { throw ValidationError("--timezone goes with --period") }
    if let timezone, offset == nil { throw ValidationError("'\(timezone)' is no offset; write +02:00 or Z") }
    if let period, Period(period, now: .now, offset: offset ?? 0) == nil {
      throw ValidationError("'\(period)' is no period; \(Period.forms)")
    }
  }

  /// In milliseconds; nil where the text is no offset.
  var offset: Int64? {
    guard let timezone else { return 0 }
    guard let moment = Moment(rfc3339: "1970-01-01T00:00:00\(timezone)") else { return nil }
    return -moment.milliseconds
  }

  /// A cluster that is assessed, or that was declared and never read.
  struct Target {
    let name: String
    /// Nil where the store has nothing of it.
    let assessor: Assessor?
    let period: Range<Int64>

    func assessment(of framework: Framework) throws -> Assessment {
      try assessor.map { try $0.assessment(of: framework) } ?? .unseen(name, framework, period)
    }
  }

  /// Assesses the clusters.
  ///
  /// - Parameter defaultMoment: what `--at` is where neither it nor `--period` is given; nil for now.
  func targets(drawsFlows: Bool = false, countsTrees: Bool = false, defaultMoment: String? = nil) throws -> [Target] {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let now = Moment.now
    var extent = Assessor.Extent()
    extent.drawsFlows = drawsFlows
    extent.countsTrees = countsTrees
    if verify { extent.integrity = try StoreIntegrity.facts(ambit) }
    let span = period.flatMap { Period($0, now: now, offset: offset ?? 0) }
    return try names(ambit, now).map { name in
      guard try name == nil || ambit.hasCluster(name ?? "") else {
        return Target(name: name ?? "", assessor: nil, period: span?.range ?? now.milliseconds..<now.milliseconds)
      }
      let history = try ClusterHistory(ambit, cluster: name, now: now)
      if drawsFlows { try extent.findSigningKeys(of: history) }
      if let span {
        return Target(name: history.cluster, assessor: try Assessor(history, over: span.range, extent), period: span.range)
      }
      let point = try history.point(at ?? defaultMoment)
      let time = point.moment.milliseconds
      return Target(name: history.cluster, assessor: try Assessor(history, at: point, extent), period: time..<time)
    }
  }

  /// The clusters that are meant; nil for the only one.
  func names(_ ambit: Ambit, _ now: Moment) throws -> [String?] {
    guard let cluster else { return [nil] }
    let inventory = try RegisterBook(ambit).inventories().content(at: now.milliseconds)
    if cluster == "all" {
      let declared = inventory.clusters.map(\.name)
      let all = try declared.isEmpty ? ambit.clusters() : declared
      guard !all.isEmpty else { throw AmbitError(.notFound, "there are no clusters", hint: "record one with `ambit snapshot`") }
      return all
    }
    let names = cluster.split(separator: ",").map(String.init)
    // One that was declared and never read is told as such; one that nobody declared is a mistake.
    for name in names where try !ambit.hasCluster(name) && inventory.cluster(name) == nil { _ = try ambit.cluster(name) }
    return names
  }
}
