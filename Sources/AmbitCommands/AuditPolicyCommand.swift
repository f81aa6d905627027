import AmbitKit
import ArgumentParser
import Attribution
import Foundation
import KubeModel

struct AuditPolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit-policy", abstract: "Print an API server audit policy that tells who changed what, or check yours",
    discussion: """
      Example: ambit audit-policy > /etc/kubernetes/audit-policy.yaml
      Example: ambit audit-policy check /etc/kubernetes/audit-policy.yaml
      """, subcommands: [PrintPolicy.self, CheckPolicy.self], defaultSubcommand: PrintPolicy.self)

  struct PrintPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "print", abstract: "Print the recommended policy")

    func run() { Terminal.print(String(AuditPolicyReview.recommended.dropLast())) }
  }

  struct CheckPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Say what a policy would not log of what attribution needs",
      discussion: "Ends with 1 where it would miss something.")

    @Argument(help: "The policy's file, or - for standard input") var file: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard
        let data = file == "-"
          ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
      else { throw AmbitError(.badInput, "'\(file)' cannot be read", hint: "name the file of an audit policy, or -") }
      let (policy, faults) = AuditPolicy.read(Array(data))
      guard let policy else {
        throw AmbitError(
          .badInput, "'\(file)' is no audit policy:\n" + faults.map { "  \($0)" }.joined(separator: "\n"),
          hint: "see one that works with `ambit audit-policy`")
      }
      let gaps = AuditPolicyReview.gaps(of: policy)
      var table = Table(["KINDS", "VERBS", "LOGGED", "NEEDED", "RULE", "WHAT IS LOST"])
      table.rows = gaps.map { gap in
        [
          CheckPolicy.some(gap.resources), gap.verbs.joined(separator: ","), gap.level, gap.needed,
          gap.rule.map(String.init) ?? "none", gap.consequence,
        ]
      }
      Output(
        table: table, kind: "AuditPolicyReview",
        value: [
          "file": .string(file), "enough": .bool(gaps.isEmpty),
          "gaps": .list(
            gaps.map { gap in
              [
                "resources": .list(gap.resources.map(Value.string)), "verbs": .list(gap.verbs.map(Value.string)),
                "level": .string(gap.level), "needed": .string(gap.needed),
                "rule": gap.rule.map { .int(Int64($0)) } ?? .null, "consequence": .string(gap.consequence),
              ]
            }),
        ], empty: "The policy logs all that attribution needs"
      ).print(output.output)
      if !gaps.isEmpty { throw ExitCode(1) }
    }

    private static func some(_ names: [String]) -> String {
      names.count <= 3 ? names.joined(separator: ", ") : "\(names[0]), \(names[1]) and \(names.count - 2) more"
    }
  }
}
