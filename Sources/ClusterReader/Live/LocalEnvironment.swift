/// What the client needs to know of the process it runs in.
///
/// Passed in, so that nothing below reads the environment, the home directory or the clock itself.
package struct LocalEnvironment: Sendable {
  package var variables: [String: String]
  package var homeDirectory: String?
  package var workingDirectory: String
  /// Whether a credential plugin may ask the user something.
  package var isInputTerminal: Bool
  /// Where Kubernetes mounts a pod's service account.
  package var serviceAccountDirectory: String
  /// Seconds since 1970.
  package var now: @Sendable () -> Double

  package init(
    variables: [String: String], homeDirectory: String?, workingDirectory: String,
    isInputTerminal: Bool = false,
    serviceAccountDirectory: String = "/var/run/secrets/kubernetes.io/serviceaccount",
    now: @escaping @Sendable () -> Double
  ) {
    self.variables = variables
    self.homeDirectory = homeDirectory
    self.workingDirectory = workingDirectory
    self.isInputTerminal = isInputTerminal
    self.serviceAccountDirectory = serviceAccountDirectory
    self.now = now
  }

  /// The first of `names` that is set to something.
  func variable(_ names: String...) -> String? {
    for name in names {
      if let value = variables[name], !value.isEmpty { return value }
    }
    return nil
  }
}
