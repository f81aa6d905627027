package import ArgumentParser
import Foundation

/// The command line.
package struct AmbitCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "ambit",
    abstract: "Record network policies, and know what they were, who moved them, and what they met",
    discussion: """
      Exit codes: 0 done, 1 findings, 2 done but some input could not be read, 64 usage, 65 bad input, \
      66 no such store, snapshot or object, 69 cluster unreachable, 70 a bug, 75 store locked, \
      77 not permitted, 78 bad configuration, 130 interrupted.
      """,
    version: VersionText.text,
    subcommands: [
      InitCommand.self, SnapshotCommand.self, ImportCommand.self, WatchCommand.self, StatusCommand.self,
      ListCommand.self, ShowCommand.self, LogCommand.self,
      DiffCommand.self, DriftCommand.self, ConnectionsCommand.self, ExplainCommand.self, ExposureCommand.self,
      LintCommand.self, BlameCommand.self, AttributeCommand.self, AuditPolicyCommand.self, CheckCommand.self, StateCommand.self,
      ReportCommand.self, PackCommand.self, FrameworkCommand.self, ScopeCommand.self, RegisterCommand.self, WaiverCommand.self, AttestCommand.self, ReviewCommand.self, VerifyCommand.self, CheckpointCommand.self,
      IndexCommand.self, SyncCommand.self,
      MaintainCommand.self, RetainCommand.self,
    ])

  package init() {}

  /// Runs the command that the arguments name and gives the process's exit code.
  package static func run(_ arguments: [String]) async -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch {
      return ErrorReport.report(error, of: arguments)
    }
  }
}
