import ArgumentParser

/// Which cluster is read, under which name it is recorded, and what of it is believed.
struct LiveOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The cluster's name in the store", valueName: "name"))
  var cluster: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The kubeconfig (environment: KUBECONFIG)", valueName: "path"))
  var kubeconfig: String?

  @Option(name: .long, help: ArgumentHelp("The kubeconfig's context", valueName: "name"))
  var context: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Read again, and flag, a kind that lost more than this share of its objects, from 0 to 100", valueName: "percent"))
  var believeLoss = 50

  @Flag(name: .long, help: "Let another cluster's uid continue this history")
  var acceptNewCluster = false

  func validate() throws {
    if !(0...100).contains(believeLoss) { throw ValidationError("--believe-loss is a percentage, from 0 to 100") }
  }
}
