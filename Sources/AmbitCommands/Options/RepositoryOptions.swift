import ArgumentParser

/// Which manifests of a repository, and which history of them.
struct RepositoryOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The folder of the manifests, from the top of the repository", valueName: "folder"))
  var path: String

  @Option(name: .long, help: ArgumentHelp("The branch; HEAD's if left out", valueName: "name"))
  var branch: String?
}
