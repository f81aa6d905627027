package import Controls
internal import FoundationEssentials
internal import KubeModel

extension Framework {
  /// The built-in framework of this name, or the one in a file.
  package static func named(_ name: String) throws -> Framework {
    if let framework = FrameworkCatalog.framework(name) { return framework }
    if let data = FileManager.default.contents(atPath: name) {
      let (framework, problems) = FrameworkFile.read(Array(data))
      if let framework, problems.isEmpty { return framework }
      let first = problems.first.map { "\(name):\($0.line): \($0.message)" } ?? name
      throw AmbitError(
        .badInput, "\(first)\(problems.count > 1 ? ", and \(problems.count - 1) more problems" : "")",
        hint: "see all with `ambit framework lint \(name)`")
    }
    throw AmbitError(
      .usage, "there is no framework '\(name)'" + NearMiss.suffix(name, among: FrameworkCatalog.names),
      hint: "see them with `ambit framework list`, or name a file of your own")
  }
}
