import KubeModel

/// One or several kubeconfig files, merged as kubectl merges them.
package struct Kubeconfig: Sendable {
  /// A named cluster, user or context, with the file that it stands in.
  struct Entry: Sendable {
    let name: String
    let fields: Value
    let file: String

    /// Relative paths of an entry are resolved against this folder.
    var directory: String { LocalFile.directory(of: file) }
  }

  private(set) var clusters: [String: Entry] = [:]
  private(set) var users: [String: Entry] = [:]
  private(set) var contexts: [String: Entry] = [:]
  package private(set) var currentContext: String?
  /// The files that were found, in the order of precedence.
  package private(set) var files: [String] = []

  /// The contexts' names, sorted.
  package var contextNames: [String] { contexts.keys.sorted() }

  /// Loads `path`, else the files of `$KUBECONFIG`, else `~/.kube/config`; nil where neither option nor
  /// variable is set and the default file does not exist.
  ///
  /// Of a list, files that do not exist are passed over unless that leaves none. The first entry of a
  /// name wins whole, and `current-context` comes from the first file that sets it.
  package static func load(path: String?, environment: LocalEnvironment) throws -> Kubeconfig? {
    var kubeconfig = Kubeconfig()
    if let path {
      try kubeconfig.merge(file: LocalFile.resolve(path, in: environment.workingDirectory))
      return kubeconfig
    }
    if let list = environment.variable("KUBECONFIG") {
      let paths = list.split(separator: ":").map { LocalFile.resolve(String($0), in: environment.workingDirectory) }
      for file in paths where LocalFile.exists(file) && !kubeconfig.files.contains(file) {
        try kubeconfig.merge(file: file)
      }
      guard !kubeconfig.files.isEmpty else {
        throw ClusterReaderError(
          .kubeconfig, "no file that $KUBECONFIG names is there: '\(list.printable())'",
          hint: "correct $KUBECONFIG, or unset it to use ~/.kube/config")
      }
      return kubeconfig
    }
    guard let home = environment.homeDirectory, LocalFile.exists("\(home)/.kube/config") else { return nil }
    try kubeconfig.merge(file: "\(home)/.kube/config")
    return kubeconfig
  }

  private mutating func merge(file: String) throws {
    let bytes = try LocalFile.read(file, what: "kubeconfig", hint: "correct `--kubeconfig` or $KUBECONFIG")
    let document = try kubeconfigValue(bytes, file: file)
    guard document.map != nil || document.isNull else {
      throw ClusterReaderError(.kubeconfig, "\(file) is no kubeconfig: it is not a mapping")
    }
    if let kind = document["kind"]?.string, kind != "Config" {
      throw ClusterReaderError(.kubeconfig, "\(file) is no kubeconfig: its kind is '\(kind.printable(limit: 60))'")
    }
    files.append(file)
    try Kubeconfig.collect(document["clusters"], "cluster", file, into: &clusters)
    try Kubeconfig.collect(document["users"], "user", file, into: &users)
    try Kubeconfig.collect(document["contexts"], "context", file, into: &contexts)
    if let current = document["current-context"], !current.isNull {
      guard let name = current.string else {
        throw ClusterReaderError(
          .kubeconfig, "current-context of \(file) is no string", hint: "put it in quotes")
      }
      if currentContext == nil, !name.isEmpty { currentContext = name }
    }
  }

  private static func collect(
    _ list: Value?, _ key: String, _ file: String, into entries: inout [String: Entry]
  ) throws {
    guard let list, !list.isNull else { return }
    guard let items = list.list else {
      throw ClusterReaderError(.kubeconfig, "'\(key)s' in \(file) is no list")
    }
    for item in items {
      guard let name = item["name"]?.string else {
        throw ClusterReaderError(
          .kubeconfig, "a \(key) in \(file) has no name", hint: "give it one, in quotes if it is a number")
      }
      let fields = item[key] ?? .null
      guard fields.map != nil || fields.isNull else {
        throw ClusterReaderError(
          .kubeconfig, "\(key) '\(name.printable(limit: 100))' in \(file) is not a mapping of fields")
      }
      if entries[name] == nil { entries[name] = Entry(name: name, fields: fields, file: file) }
    }
  }
}
