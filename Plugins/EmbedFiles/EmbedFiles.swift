import Foundation
import PackagePlugin

/// Puts the files of a directory into the target that is built, as one table of strings.
///
/// The directory itself is an input, so that a file that is added later is seen.
@main
struct EmbedFiles: BuildToolPlugin {
  /// Which directory each target carries.
  private static let directories = ["Controls": "frameworks", "Evidence": "templates"]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let name = EmbedFiles.directories[target.name] else { return [] }
    let directory = context.package.directoryURL.appending(
      path: name, directoryHint: .isDirectory)
    let files = try FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(name)", executable: try context.tool(named: "embed-files").url,
        arguments: [directory.path, output.path], inputFiles: [directory] + files,
        outputFiles: [output])
    ]
  }
}
