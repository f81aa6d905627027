import AmbitKit
import ArgumentParser
import Attribution
import HistoryIndex
import KubeModel

struct AttributeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attribute", abstract: "Read API server audit logs, and tell who made the changes of the history",
    discussion: """
      Reads plain and compressed logs, whole folders of rotated ones, and those of EKS, GKE, AKS and OpenShift. They may \
      overlap, come in any order and be read again: the result is the same. Ends with 2 where some of them was damaged.

      Example: ambit attribute /var/log/kubernetes/audit --cluster prod
      Example: ambit attribute --coverage
      """)

  @Argument(help: "Files, folders, patterns, or - for standard input") var logs: [String] = []
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "What the logs that were read so far cover, and of which kinds how much")
  var coverage = false

  func validate() throws {
    if logs.isEmpty != coverage {
      throw ValidationError(coverage ? "--coverage is about logs that were read: name none" : "name the logs to read")
    }
  }

  func run() throws {
    let ambit = try cluster.store.open()
    defer { ambit.tellNotes() }
    let name = try cluster.cluster ?? ambit.cluster(nil)
    if coverage {
      let covered = try ChangeLedger(ambit.store, cluster: ambit.cluster(name)).coverage()
      return CoverageOutput.output(covered, cluster: name).print(output.output)
    }
    let attributor = try Attributor(ambit, cluster: name)
    let outcome = try attributor.read(logs, at: .now)
    try ambit.catchUp(name)
    try AttributionNotes(ambit, cluster: name).write(at: .now)
    AttributeOutput.tell(outcome)
    AttributeOutput.output(outcome, try attributor.explained(), cluster: name).print(output.output)
    if !outcome.log.isComplete { throw ExitCode(2) }
  }
}
