import AmbitKit
import ArgumentParser
import ClusterReader
import Foundation
import KubeModel
import Reachability

extension Semantics.Profile: ExpressibleByArgument {}
extension Semantics.IPBlocks: ExpressibleByArgument {}

/// What a pod's traffic to itself is taken for.
enum SelfTraffic: String, ExpressibleByArgument, CaseIterable {
  case omit, policy
}

/// How policy is understood.
struct SemanticsOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whose rules apply; left out, those of the CNI that the state shows", valueName: "name"))
  var semantics: Semantics.Profile?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whether an ipBlock stands for pods' addresses too: pods or external; left out, as the semantics have it",
      valueName: "who"))
  var ipblock: Semantics.IPBlocks?

  @Option(
    name: .customLong("self"),
    help: ArgumentHelp("A pod's traffic to itself: omit it, which is the default, or ask policy", valueName: "how"))
  var selfTraffic: SelfTraffic = .omit

  /// - Parameter isStaged: whether staged policies count, which only Calico has.
  func semantics(for state: ClusterState, isStaged: Bool = false) -> Semantics {
    Semantics(
      semantics ?? (isStaged ? .calico : Semantics.Profile(of: state)), ipBlocks: ipblock,
      decidesSelf: selfTraffic == .policy)
  }
}

/// The state that the engine answers for, and how policy is understood.
struct ReachabilityOptions: ParsableArguments {
  @OptionGroup var moment: MomentOptions

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp("Answer for these manifests, a file or a directory, or - for standard input", valueName: "path"))
  var file: String?

  @OptionGroup var meaning: SemanticsOptions

  @Flag(name: .long, help: "Answer as if Calico's staged policies were in force") var staged = false

  func validate() throws {
    if file != nil && (moment.at != nil || moment.cluster.cluster != nil) {
      throw ValidationError("--file answers without a store: leave out --at and --cluster")
    }
  }

  /// A state as it was asked for.
  struct Input {
    let state: ClusterState
    /// The file and line of each object, by its path in the state, where it came from files.
    var places: [String: (file: String, line: Int?)] = [:]
    /// Whether all of it could be used.
    var isWhole = true
  }

  /// Reads the state and tells on stderr what of it could not be used.
  func input() throws -> Input {
    guard let file else {
      let history = try moment.cluster.history()
      return Input(state: asked(try history.state(at: history.point(moment.at))))
    }
    let manifests = try ReachabilityOptions.manifests(file)
    for diagnostic in manifests.diagnostics { Terminal.note("Warning: \(diagnostic)") }
    return Input(state: asked(manifests.state), places: manifests.places, isWhole: manifests.diagnostics.isEmpty)
  }

  private func asked(_ state: ClusterState) -> ClusterState {
    guard staged else { return state }
    if !CalicoPolicies.hasStaged(state) { Terminal.note("No policy is staged: the answer is the same as without --staged") }
    return CalicoPolicies.promotingStaged(state)
  }

  /// The engine over the state that was asked for; what of its policies is not in force is told on stderr.
  func analysis() throws -> (analysis: ReachabilityAnalysis, isWhole: Bool) {
    let input = try input()
    let analysis = ReachabilityAnalysis(input.state, semantics(for: input.state))
    for problem in analysis.set.problems where problem.effect != .surprising {
      let place = input.places[problem.policy.path].map { place in
        "\(place.file):\(place.line.map { "\($0):" } ?? "") "
      }
      Terminal.note(HiddenText.escaped("Warning: \(place ?? "")\(problem.text)"))
    }
    if let first = analysis.set.unenforced.first {
      let count = analysis.set.unenforced.count
      Terminal.note(
        HiddenText.escaped(
          "Warning: \(count) \(count == 1 ? "policy is" : "policies are") not enforced under --semantics "
            + "\(analysis.engine.semantics.profile.rawValue), such as \(first.policy.title); `ambit lint` lists them"))
    }
    let isRefused = analysis.set.problems.contains { $0.effect == .refused }
    return (analysis, input.isWhole && !(file != nil && isRefused))
  }

  func semantics(for state: ClusterState) -> Semantics {
    meaning.semantics(for: state, isStaged: staged)
  }

  static func manifests(_ path: String) throws -> ManifestState {
    try ManifestState(
      path == "-"
        ? InputFiles(name: "standard input", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
        : InputFiles(path: path))
  }
}
