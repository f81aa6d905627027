import AmbitKit

/// What `--version` prints.
enum VersionText {
  static let text = "ambit \(Ambit.version)"
}
